import { randomUUID } from 'node:crypto'
import type { Told } from '../domain/copies/registry-copies.ts'
import { dayMs, hourMs } from '../domain/duration.ts'
import type { CopyRecord } from '../domain/records/copies.ts'
import { installationCredential, type SyncCredential } from '../domain/sync-credential.ts'
import { isRegistryOutcome } from '../domain/sync-reason.ts'
import { ConflictError } from '../errors.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Draft, Store } from '../ports/store.ts'
import type { Rulebook } from '../settings.ts'

interface CopyWatchDeps {
  readonly store: Pick<Store, 'listCopies' | 'saveCopies'>
  readonly readerFor: (
    registry: string,
    options: { credential: SyncCredential; signal: AbortSignal },
  ) => Promise<Pick<RegistryReader, 'findCopies'>>
  /** Which registries; see {@link copyingHosts}. */
  readonly hosts: readonly string[]
  readonly now: () => Date
}

/** Those of the settings that may copy images by themselves, and that the installation reads itself. */
export const copyingHosts = ({
  registries,
  factsOf,
  ownCredentialOf,
}: Pick<Rulebook, 'registries' | 'factsOf' | 'ownCredentialOf'>): string[] =>
  registries.filter(host => factsOf(host).copiesImages === true && ownCredentialOf(host) === 'role')

/** For all that is asked of one registry. */
const timeoutMs = 20_000

/** How long a look may take: every registry is asked at the same time, and what they say is written. */
export const longestLookMs = timeoutMs + 10_000

/**
 * Has every registry that copies images asked once a day which, by whichever process comes first; after an hour again where
 * it did not say all.
 */
export class CopyWatch {
  readonly #deps: CopyWatchDeps
  /** Before this none is due, as far as this process knows. */
  #nextAt: number | undefined

  constructor(deps: CopyWatchDeps) {
    this.#deps = deps
  }

  /** Asks what is due. What a registry does is no failure: what was known of it stays. */
  async look(): Promise<void> {
    const { hosts, now, store } = this.#deps
    if (hosts.length === 0 || (this.#nextAt !== undefined && now().getTime() < this.#nextAt)) return
    const records = await store.listCopies()
    const after = await Promise.all(
      hosts.map(host =>
        this.#askIfDue(
          host,
          records.find(one => one.registry === host),
        ),
      ),
    )
    // Sooner than one is due: a record may be lost meanwhile.
    this.#nextAt = Math.min(now().getTime() + hourMs, ...after.map(dueAt => dueAt.getTime()))
  }

  /** When it is due again. */
  async #askIfDue(host: string, known: CopyRecord | undefined): Promise<Date> {
    const { now, store } = this.#deps
    if (known && known.dueAt > now()) return known.dueAt
    const again = inMs(now(), hourMs)
    try {
      const { number: _, ...before } = known ?? { registry: host, number: 0 }
      const claimed = await store.saveCopies({ ...before, dueAt: again, askedBy: randomUUID() }, known)
      const told = await this.#ask(host, claimed)
      return told ? (await store.saveCopies(told, claimed)).dueAt : again
    } catch (error) {
      if (error instanceof ConflictError) return again
      throw error
    }
  }

  /** Undefined where it did not answer, or says nothing of it. */
  async #ask(host: string, { number: _, ...known }: CopyRecord): Promise<Draft<CopyRecord> | undefined> {
    const { readerFor, now } = this.#deps
    try {
      const options = { credential: installationCredential, signal: AbortSignal.timeout(timeoutMs) }
      const told = await (await readerFor(host, options)).findCopies?.()
      if (!told) return undefined
      const replication = partAfter(known.replication, told.replication, now())
      const caches = partAfter(known.caches, told.caches, now())
      const isWhole = replication.refused === undefined && caches.refused === undefined
      const place = told.place ?? known.place
      const dueAt = inMs(now(), isWhole ? dayMs : hourMs)
      return { ...known, dueAt, replication, caches, ...(place && { place }) }
    } catch (error) {
      if (isRegistryOutcome(error)) return undefined
      throw error
    }
  }
}

interface Part<Rule> {
  readonly readAt?: Date
  readonly rules: readonly Rule[]
  readonly refused?: string
}

/** What may not be read any more protects as it did. */
const partAfter = <Rule>(before: Part<Rule> | undefined, told: Told<Rule>, now: Date): Part<Rule> =>
  'rules' in told ? { readAt: now, rules: told.rules } : { rules: [], ...before, refused: told.refused }

const inMs = (from: Date, ms: number): Date => new Date(from.getTime() + ms)
