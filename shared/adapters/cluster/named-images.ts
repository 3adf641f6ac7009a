/**
 * Every text under a key `image` of an object of any kind, through any depth, each once: a text, those of a list, and the
 * `reference` of an image volume. What else stands there (a number, an object) names no image.
 */
export function imagesNamedIn(object: unknown): string[] {
  const found = new Set<string>()
  // Not by recursion: how deep an object is was decided by whoever wrote it.
  const left: unknown[] = [object]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      for (const item of value) left.push(item)
      continue
    }
    for (const [key, item] of Object.entries(value)) {
      if (key === 'image') for (const text of textsOf(item)) found.add(text)
      left.push(item)
    }
  }
  return [...found]
}

function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flat(Number.POSITIVE_INFINITY).flatMap(textOf)
  if (typeof value !== 'object' || value === null) return textOf(value)
  return 'reference' in value ? textOf(value.reference) : []
}

const textOf = (value: unknown): string[] => {
  const text = typeof value === 'string' ? value.trim() : ''
  return text === '' ? [] : [text]
}
