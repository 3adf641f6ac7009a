import pMap from 'p-map'
import { InvalidInputError } from '../../errors.ts'

const maxPages = 20_000
/** Of one list, beside all else that is asked of the host. */
const concurrency = 8

/** One page of a list that has numbers for its pages, with the number of the last. */
export interface NumberedPage {
  readonly entries: readonly unknown[]
  readonly last: number
}

/**
 * Every entry of a list, whose first page says how many pages there are. One that moves to another page meanwhile may be
 * missing, as it does where others are pushed or deleted: what is not listed any more is asked for by itself.
 *
 * @throws InvalidInputError for pages that repeat, have a hole, or are too many
 */
export async function readNumberedPages(
  first: NumberedPage,
  readPage: (page: number) => Promise<NumberedPage>,
  what: string,
): Promise<readonly unknown[]> {
  if (first.last > maxPages)
    throw new InvalidInputError(`${what}: expected at most ${maxPages} pages, got ${first.last}`)
  const others = Array.from({ length: first.last - 1 }, (_, at) => at + 2)
  const pages = [first, ...(await pMap(others, readPage, { concurrency }))].map(page => page.entries)
  const seen = new Set<string>()
  const filled = pages.findLastIndex(entries => entries.length > 0)
  for (const entries of pages.slice(0, filled + 1)) {
    const before = seen.size
    for (const entry of entries) seen.add(JSON.stringify(entry))
    if (seen.size === before)
      throw new InvalidInputError(`${what}: expected others on each page, got one with none that is new`)
  }
  return pages.flat()
}
