/** Images that one run marks together, as far as the pace needs to know them. */
export interface Together {
  /** How many images marking them adds to the run. */
  readonly size: number
  /** When the first of them was pushed, in milliseconds since 1970. */
  readonly pushedMs: number
  /** True where this run has marked one of them already: the others follow, whatever the pace. */
  readonly isBegun?: boolean
  /** True where an earlier run failed to delete one of them: they come last, so that nothing waits behind them for ever. */
  readonly isRetry?: boolean
}

/**
 * What one run marks (retention 24): those pushed longest ago first, never more images than its pace, counted with
 * those that it has `marked` before. A group larger than the pace is marked whole, alone in its run. Where two are
 * equal the order given decides.
 */
export function takeByPace<T extends Together>(waiting: readonly T[], pace: number, marked: number): T[] {
  const taken: T[] = []
  let left = pace - marked
  for (const group of waiting.toSorted(byTurn)) {
    const isAlone = group.size > pace && marked === 0 && taken.length === 0
    if (!group.isBegun && group.size > left && !isAlone) break
    taken.push(group)
    left -= group.size
  }
  return taken
}

const byTurn = (a: Together, b: Together): number =>
  Number(b.isBegun ?? false) - Number(a.isBegun ?? false) ||
  Number(a.isRetry ?? false) - Number(b.isRetry ?? false) ||
  (a.pushedMs < b.pushedMs ? -1 : Number(a.pushedMs > b.pushedMs))
