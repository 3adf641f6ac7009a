import pMap from 'p-map'
import { ghcr } from '../../../domain/providers/ghcr.ts'
import { InvalidInputError } from '../../../errors.ts'

const maxPages = 10_000
/** GitHub allows a hundred requests at once, of all that use the token. */
const concurrency = 8

/** One page of a list, with where the last of them is. */
export interface VersionPage {
  readonly entries: readonly unknown[]
  readonly last: number
}

/** @throws InvalidInputError for what is no list */
export function parsePage(json: unknown, link: string | string[] | undefined, what: string): VersionPage {
  if (!Array.isArray(json)) throw new InvalidInputError(`${what}: expected a list of versions, got another JSON`)
  return { entries: json, last: lastPageOf(String(link ?? ''), what) }
}

/** The last page itself has no link to it. */
function lastPageOf(link: string, what: string): number {
  const last = /<[^<>]*[?&]page=(\d{1,9})[^<>]*>\s*;\s*rel="?last"?/.exec(link)?.[1]
  if (last === undefined && /rel="?next"?/.test(link))
    throw new InvalidInputError(`${what}: expected a link to the last page, got one to the next alone`)
  const page = Number(last ?? 1)
  if (page <= maxPages) return page
  throw new InvalidInputError(`${what}: expected at most ${maxPages} pages of ${ghcr.pageSize}, got ${page}`)
}

/**
 * Every entry of the list, whose first page says how many there are. One that moves to another page meanwhile may be
 * missing, as it does where others are deleted: what is not listed is asked for by itself.
 *
 * @throws InvalidInputError for pages that repeat or have a hole
 */
export async function readPages(
  first: VersionPage,
  readPage: (page: number) => Promise<VersionPage>,
  what: string,
): Promise<readonly unknown[]> {
  const others = Array.from({ length: first.last - 1 }, (_, at) => at + 2)
  const pages = [first, ...(await pMap(others, readPage, { concurrency }))].map(page => page.entries)
  const seen = new Set<string>()
  const filled = pages.findLastIndex(entries => entries.length > 0)
  for (const entries of pages.slice(0, filled + 1)) {
    const before = seen.size
    for (const entry of entries) seen.add(JSON.stringify(entry))
    if (seen.size === before)
      throw new InvalidInputError(`${what}: expected other versions on each page, got one with none that is new`)
  }
  return pages.flat()
}
