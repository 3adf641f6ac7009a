/** At most `limit` of the known names that begin most like the wanted one, for messages about unknown names. */
export const nearestOf = (wanted: string, known: readonly string[], limit = 5): string[] =>
  [...new Set(known)]
    .map(name => ({ name, shared: sharedLength(wanted, name) }))
    .sort((a, b) => b.shared - a.shared || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(({ name }) => name)

const sharedLength = (a: string, b: string): number => {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}
