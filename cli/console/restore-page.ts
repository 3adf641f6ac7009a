import { randomBytes } from 'node:crypto'
import { secondsOf } from '../../shared/domain/instant.ts'
import { ConflictError, InvalidInputError } from '../../shared/errors.ts'
import { restore } from '../restore/restore.ts'
import { totalsOf } from '../restore/restore-json.ts'
import type { RestoreAnswer, RestoreAsked } from './api.ts'
import type { ConsoleDeps } from './console-deps.ts'

const confirmedMs = 10 * 60_000
const mostConfirms = 100

/** Which dry runs were seen: what is put back is what somebody has looked at before. */
export class SeenDryRuns {
  readonly #asked = new Map<string, { readonly what: string; readonly untilMs: number }>()

  note(what: string, nowMs: number): string {
    const confirm = randomBytes(16).toString('base64url')
    this.#asked.set(confirm, { what, untilMs: nowMs + confirmedMs })
    const [oldest] = this.#asked.keys()
    if (this.#asked.size > mostConfirms && oldest !== undefined) this.#asked.delete(oldest)
    return confirm
  }

  /** True once. */
  take(confirm: string, what: string, nowMs: number): boolean {
    const seen = this.#asked.get(confirm)
    if (seen?.what !== what) return false
    this.#asked.delete(confirm)
    return seen.untilMs > nowMs
  }
}

/** As `shelflife restore`; without `dryRun` only after a dry run of the same. */
export async function answerRestore(
  { images = [], run, dryRun, confirm = '' }: RestoreAsked,
  seen: SeenDryRuns,
  { installation, cache, now }: ConsoleDeps,
): Promise<RestoreAnswer> {
  if (images.length > 0 === (run !== undefined))
    throw new InvalidInputError(`expected images or a run, got ${run === undefined ? 'none of them' : 'both'}`)
  const what = JSON.stringify([images.toSorted(), run])
  if (!dryRun && !seen.take(confirm, what, now().getTime()))
    throw new ConflictError(
      'expected a dry run of the same within the ten minutes before, found none: look at the dry run again, then restore',
    )
  const wanted = { images, dryRun, ...(run !== undefined && { run }) }
  const result = await restore(wanted, installation, {})
  if (!dryRun) cache.clear()
  return {
    ...result,
    now: secondsOf(result.now),
    totals: totalsOf(result),
    ...(dryRun && { confirm: seen.note(what, now().getTime()) }),
  }
}
