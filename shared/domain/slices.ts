/** A list in parts of at most so many, in order: what APIs take at once. */
export function slices<T>(all: readonly T[], size: number): T[][] {
  const result: T[][] = []
  for (let at = 0; at < all.length; at += size) result.push(all.slice(at, at + size))
  return result
}
