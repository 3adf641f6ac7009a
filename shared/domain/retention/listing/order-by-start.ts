import { keyBits, orderByNumber } from './order-by-number.ts'

/** So many hex digits or so much of the bytes of a digest make up a key. */
export const keyHexDigits = keyBits / 4

const fewPlaces = 64

/** Things that have an order, by their places. */
export interface Ordered {
  readonly size: number
  /** How a thing begins, as a number below 2 to the 24; negative where that cannot be said. */
  startOf(place: number): number
  /** 0 only for things that are the same. */
  compare(a: number, b: number): number
  /** Called with a place whose thing is also at another. */
  onTwice(place: number): never
}

/**
 * The places of things in their order. Many are ordered by how they begin, as numbers, which takes a tenth of the time
 * of comparing them; only those that begin alike are compared.
 */
export const orderByStart = (things: Ordered): Uint32Array => {
  const keys = things.size < fewPlaces ? undefined : startsOf(things)
  if (keys === undefined) {
    const order = Uint32Array.from({ length: things.size }, (_, place) => place)
    sortRun(things, order)
    return order
  }
  const order = orderByNumber(keys)
  for (let start = 0; start < order.length; ) {
    let end = start + 1
    while (end < order.length && keys[order[end] as number] === keys[order[start] as number]) end++
    if (end > start + 1) sortRun(things, order.subarray(start, end))
    start = end
  }
  return order
}

const startsOf = (things: Ordered): Uint32Array | undefined => {
  const keys = new Uint32Array(things.size)
  for (let place = 0; place < keys.length; place++) {
    const start = things.startOf(place)
    if (start < 0) return undefined
    keys[place] = start
  }
  return keys
}

const sortRun = (things: Ordered, run: Uint32Array): void => {
  run.sort((a, b) => things.compare(a, b))
  for (let at = 1; at < run.length; at++) {
    const place = run[at] as number
    if (things.compare(run[at - 1] as number, place) === 0) things.onTwice(place)
  }
}
