import { type TellDeps, tellAll } from '../../shared/notifications/tell.ts'

type Counts = Readonly<Record<'sent' | 'refused' | 'failed', number>>

/** The part of the logger that says how it went. */
interface Log {
  debug(message: string, extra: Counts): void
  info(message: string, extra: Counts): void
  error(message: string, extra: { readonly error: Error }): void
}

/**
 * Tells what there is to tell, and says of each receiver that refused why: an alarm rings of these lines. Throws what
 * receivers that did not answer threw, once all others were told, so that the run is tried again and then a dead letter.
 */
export async function notify(deps: TellDeps, log: Log): Promise<void> {
  const { sent, refused, failed } = await tellAll(deps)
  // Most runs find nothing.
  log[sent > 0 ? 'info' : 'debug']('notified', { sent, refused: refused.length, failed: failed.length })
  for (const error of refused) log.error('a receiver refused a message', { error })
  const [first] = failed
  if (first)
    throw failed.length === 1 ? first : new AggregateError(failed, failed.map(({ message }) => message).join('; '))
}
