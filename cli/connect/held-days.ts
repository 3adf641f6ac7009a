import type { HeldDayRecord } from '../../shared/domain/records/metrics.ts'

/** What repositories of a registry hold together. */
export interface HeldBytes {
  readonly registry: string
  readonly bytes: number
}

export interface HeldDay {
  readonly day: string
  /** By the name of the registry. */
  readonly held: readonly HeldBytes[]
}

type Stored = HeldDayRecord['stored']

/** By registry, of what several clusters measured: objects of two may track one repository, so the larger sum is what is certain. */
export const heldBy = (clusters: readonly Stored[]): HeldBytes[] =>
  [...Map.groupBy(clusters.flat(), ({ registry }) => registry)]
    .map(([registry, ones]) => ({ registry, bytes: Math.max(...ones.map(({ bytes }) => bytes)) }))
    .sort((a, b) => (a.registry < b.registry ? -1 : 1))

/**
 * What was held on each of these days, oldest first, from the first on of which something is known. A cluster of which
 * nothing was noted on a day counts as it was noted last.
 */
export function heldByDay(records: readonly HeldDayRecord[], days: readonly string[]): HeldDay[] {
  const last = new Map<string, Stored>()
  const ordered = [...records].sort((a, b) => (a.day < b.day ? -1 : 1))
  let next = 0
  return days.flatMap(day => {
    for (let record = ordered[next]; record && record.day <= day; record = ordered[++next])
      last.set(record.cluster, record.stored)
    return last.size === 0 ? [] : [{ day, held: heldBy([...last.values()]) }]
  })
}
