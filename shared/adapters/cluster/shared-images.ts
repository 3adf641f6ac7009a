/** Enough for the kinds of one namespace, in whose order lists come. */
const mostKept = 1_000
/** Of characters; a workflow may have as many as an object of Kubernetes. */
const longestKept = 4_000

const kept = new Map<string, readonly string[]>()

/**
 * The same array for the same images, as replicas name them: the lists of a cluster are kept, and may have a hundred thousand
 * Pods. Nobody may change it.
 */
export function sharedImages(images: readonly string[]): readonly string[] {
  // Not joined by any character: a tenant may write it into the name of an image.
  const text = JSON.stringify(images)
  if (text.length > longestKept) return images
  const known = kept.get(text)
  if (known) return known
  if (kept.size >= mostKept) kept.clear()
  kept.set(text, images)
  return images
}
