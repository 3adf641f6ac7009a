const pageSize = 2

/** A page of two under `key`, with a token under `next` where more follow. */
export function pageOf<Item>(all: readonly Item[], token: unknown, key: string, next: string): Record<string, unknown> {
  const from = Number(token ?? 0)
  const more = from + pageSize < all.length
  return { [key]: all.slice(from, from + pageSize), ...(more && { [next]: String(from + pageSize) }) }
}
