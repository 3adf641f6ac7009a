/** Two rounds of so many bits; with more, the counts of a round leave the nearest cache. */
const bits = 12
export const keyBits = 2 * bits
const values = 2 ** bits

/**
 * The places of the keys, each below 2 to the {@link keyBits}, in ascending order; equal keys stay in their order. A radix
 * sort, linear in their number.
 */
export const orderByNumber = (keys: Uint32Array): Uint32Array => {
  let order = new Uint32Array(keys.length)
  for (let at = 0; at < order.length; at++) order[at] = at
  let next = new Uint32Array(keys.length)
  for (let shift = 0; shift < keyBits; shift += bits) {
    const starts = startsOf(keys, shift)
    for (const place of order) {
      const digit = ((keys[place] as number) >>> shift) & (values - 1)
      next[starts[digit] as number] = place
      starts[digit] = (starts[digit] as number) + 1
    }
    ;[order, next] = [next, order]
  }
  return order
}

/** Where the keys of each digit begin. */
const startsOf = (keys: Uint32Array, shift: number): Uint32Array => {
  const starts = new Uint32Array(values)
  for (const key of keys) {
    const digit = ((key >>> shift) & (values - 1)) + 1
    if (digit < values) starts[digit] = (starts[digit] as number) + 1
  }
  for (let digit = 1; digit < values; digit++) starts[digit] = (starts[digit] as number) + (starts[digit - 1] as number)
  return starts
}
