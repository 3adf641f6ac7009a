import type { Labels } from './family.ts'

interface Labelled {
  readonly labels: Labels
}

export interface Bounded<T> {
  readonly shown: readonly T[]
  readonly dropped: number
}

/**
 * Of more than `limit` the largest, in an order that is the same from scrape to scrape: of equals those come first whose
 * labels do. `isKept`: those that stand for many stay in any case.
 */
export function largestFirst<T extends Labelled>(
  all: readonly T[],
  limit: number,
  sizeOf: (one: T) => number,
  isKept: (one: T) => boolean = () => false,
): Bounded<T> {
  if (all.length <= limit) return { shown: all, dropped: 0 }
  const placed = all
    .map(one => ({ one, size: isKept(one) ? Number.POSITIVE_INFINITY : sizeOf(one), key: keyOf(one) }))
    .sort((a, b) => (a.size === b.size ? (a.key < b.key ? -1 : 1) : b.size - a.size))
  return { shown: placed.slice(0, limit).map(({ one }) => one), dropped: all.length - limit }
}

const keyOf = ({ labels }: Labelled): string => Object.values(labels).join('\n')
