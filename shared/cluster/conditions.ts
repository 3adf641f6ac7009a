import { isDeepStrictEqual } from 'node:util'
import type { Condition } from '../ports/cluster.ts'

/** The conditions with `next` in place, sorted by type; `lastTransitionTime` moves only when the status does. */
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

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export const secondsOf = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`

/** True when writing `next` over `current` would change nothing. */
export const sameStatus = (
  current: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): boolean => isDeepStrictEqual(plain(current), plain(next))

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
