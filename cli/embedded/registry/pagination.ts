import { RegistryError } from './errors.ts'

/** More than any client may ask for at once, and what it gets when it does not say. */
const maxPageSize = 1000

export interface Page {
  items: readonly string[]
  /** Path and query of the next page; undefined on the last one. */
  next: string | undefined
}

/** The page of sorted `all` that `n` and `last` ask for. `last` need not be there any more. */
export const pageOf = (all: readonly string[], path: string, { n, last = '' }: { n?: string; last?: string }): Page => {
  const size = parsePageSize(n)
  const start = last === '' ? 0 : positionAfter(all, last)
  const items = all.slice(start, start + size)
  const end = items.at(-1)
  const hasNext = end !== undefined && start + size < all.length
  return { items, next: hasNext ? `${path}?last=${encodeURIComponent(end)}&n=${size}` : undefined }
}

export const linkHeader = ({ next }: Page): Record<string, string> => (next ? { Link: `<${next}>; rel="next"` } : {})

const parsePageSize = (n: string | undefined): number => {
  if (n === undefined || n === '') return maxPageSize
  if (/^\d+$/.test(n)) return Math.min(Number(n), maxPageSize)
  throw new RegistryError('PAGINATION_NUMBER_INVALID', 'invalid number of results requested', {
    status: 400,
    detail: { n },
  })
}

const positionAfter = (all: readonly string[], last: string): number => {
  const position = all.findIndex(item => item > last)
  return position === -1 ? all.length : position
}
