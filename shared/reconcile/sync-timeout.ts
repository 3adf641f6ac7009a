const leastMs = 1000
/** A sync is one invocation, which ends after 15 minutes. */
const mostMs = 14 * 60_000

/** What counts of the timeout that an object asks for. */
export const boundedTimeoutMs = (askedMs: number): number => Math.min(mostMs, Math.max(leastMs, askedMs))

/** Told where that is something else than was asked for. */
export function timeoutNote(askedMs: number): string | undefined {
  if (askedMs < leastMs) return 'spec.timeout counts as 1s, the least that there is'
  if (askedMs > mostMs) return 'spec.timeout counts as 14m, the most that there is'
  return undefined
}
