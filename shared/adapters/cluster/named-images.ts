/**
 * Every text under a key `image` of an object of any kind, through any depth, each once: a text, those of a list, and the
 * `reference` of an image volume. What else stands there (a number, another object) names no image.
 */
export function imagesNamedIn(object: unknown): string[] {
  const found = new Set<string>()
  // Not by recursion: how deep an object is was decided by whoever wrote it.
  const left: { value: unknown; isImage: boolean }[] = [{ value: object, isImage: false }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, isImage } = next
    if (typeof value === 'string') {
      const text = value.trim()
      if (isImage && text !== '') found.add(text)
    } else if (Array.isArray(value)) {
      for (const item of value) left.push({ value: item, isImage })
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value))
        left.push({ value: item, isImage: key === 'image' || (isImage && key === 'reference') })
    }
  }
  return [...found]
}
