import type { Message } from '../domain/notifications/message.ts'
import type { Receiver } from '../domain/notifications/receiver.ts'
import type { ToldRecord } from '../domain/records/notifications.ts'
import type { Draft } from './store.ts'

/**
 * What receivers were told, in the table. A save is one conditional write as those of the Store are, and throws
 * ConflictError as they do; a record that cannot be read counts as not there and is written over, so that its message may
 * come twice. All throw StoreUnavailableError when the table does not answer.
 */
export interface ToldStore {
  /** Those that exist, of one receiver, as of now. */
  listTold(receiver: string, of: readonly string[]): Promise<readonly ToldRecord[]>
  saveTold(draft: Draft<ToldRecord>, previous: ToldRecord | undefined): Promise<ToldRecord>
}

/** Hands messages to receivers. */
export interface Messenger {
  /**
   * Resolves once the receiver has taken it.
   *
   * @throws UnavailableError where it may take it later, InvalidInputError where it never takes this message, and
   * AccessDeniedError where it takes none: its address, its secret or a right is wrong. None names the URL, which is secret.
   */
  send(receiver: Receiver, message: Message): Promise<void>
}
