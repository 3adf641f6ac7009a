import { dayMs, hourMs } from '../domain/duration.ts'
import { dayOf } from '../domain/instant.ts'
import type { MetricsStore } from '../ports/metrics-store.ts'
import type { RepositoryMeasures } from './repository-measures.ts'

/** As long as the history of what was deleted. */
const rememberMs = 400 * dayMs
/** Each repository is looked at once an hour in any case: what was not measured by then cannot be read. */
export const wholeAfterMs = hourMs

/** Notes once a day what the repositories of a cluster hold: one item, however many tags there are. */
export class HeldDays {
  #noted = ''
  #since: Date | undefined

  /**
   * A process that has not measured everything yet, or not since it leads, leaves the day to a later run. What another
   * process noted of the day stands.
   */
  async note(
    cluster: string,
    measures: Pick<RepositoryMeasures, 'isWholeSince' | 'sums'>,
    metrics: Pick<MetricsStore, 'addHeldDay'>,
    { now, leadsSince }: { readonly now: Date; readonly leadsSince?: Date | undefined },
  ): Promise<void> {
    this.#since ??= now
    const day = dayOf(now)
    if (day === this.#noted) return
    const isLate = now.getTime() - (leadsSince ?? this.#since).getTime() >= wholeAfterMs
    if (!isLate && !measures.isWholeSince(leadsSince)) return
    const { stored } = measures.sums()
    if (stored.length === 0) return
    const expiresAtSeconds = Math.floor((now.getTime() + rememberMs) / 1000)
    await metrics.addHeldDay({ cluster, day, stored, expiresAtSeconds })
    this.#noted = day
  }
}
