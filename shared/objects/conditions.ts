import { isDeepStrictEqual } from 'node:util'
import { secondsOf } from '../domain/instant.ts'
import type { Condition, CustomObject } from '../ports/cluster.ts'

/**
 * The conditions with `next` in the place of the one of its type, sorted by type. `lastTransitionTime` stays when the
 * status does, even if the reason and the message change.
 */
export function withCondition(
  existing: readonly Condition[],
  next: Omit<Condition, 'lastTransitionTime'>,
  now: Date,
): Condition[] {
  const before = existing.find(condition => condition.type === next.type)
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : secondsOf(now)
  const others = existing.filter(condition => condition.type !== next.type)
  return [...others, { ...next, lastTransitionTime }].sort((a, b) => (a.type < b.type ? -1 : 1))
}

/** The condition of a type in a status, as the cluster gives it; undefined where it has none. */
export const findCondition = (status: CustomObject['status'], type: string): Condition | undefined =>
  (status.conditions as Condition[] | undefined)?.find(condition => condition.type === type)

/** True when writing `b` over `a` would change nothing: the order of keys and absent values do not count. */
export const sameStatus = (a: unknown, b: unknown): boolean => isDeepStrictEqual(asWritten(a), asWritten(b))

const asWritten = (status: unknown): unknown => JSON.parse(JSON.stringify(status ?? null))
