/** The word that takes the fewest letters to change, add, leave out or swap; the first of several. */
export function nearestWord(wanted: string, words: readonly string[]): string | undefined {
  const [nearest] = words
    .map(word => ({ word, distance: distanceBetween(wanted, word) }))
    .sort((a, b) => a.distance - b.distance)
  return nearest?.word
}

/** Row by row over the letters of `a`: what it takes to make of them the first letters of `b`. */
function distanceBetween(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
