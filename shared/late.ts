/** What `open` gives, which the first who wants it waits for, and the others with it. What failed is opened again by the next. */
export function late<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () => {
    opened ??= open().catch(error => {
      opened = undefined
      throw error
    })
    return opened
  }
}
