import { createHash } from 'node:crypto'

/** Chances that are the same for the same seed. */
export interface Dice {
  /** A whole number from 0 up to, and without, the limit. */
  below(limit: number): number
  /** True in so many of a hundred cases. */
  chance(percent: number): boolean
  /** Undefined only for an empty list. */
  pick<T>(from: readonly T[]): T | undefined
  /** Each name as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K
}

export function createDice(seed: string): Dice {
  const next = generatorOf(seed)
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    chance: percent => next() * 100 < percent,
    pick: from => from[below(from.length)],
    weighted: weights => {
      const entries = Object.entries(weights) as [keyof typeof weights, number][]
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      const found = entries.find(([, weight]) => {
        left -= weight
        return left < 0
      })
      return (found ?? (entries[0] as (typeof entries)[0]))[0]
    },
  }
}

/** sfc32, which passes PractRand and needs four words of state. @see https://pracrand.sourceforge.net/ */
function generatorOf(seed: string): () => number {
  const bytes = createHash('sha256').update(seed).digest()
  let [a, b, c, counter] = [0, 4, 8, 12].map(at => bytes.readInt32LE(at)) as [number, number, number, number]
  return () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 2 ** 32
  }
}
