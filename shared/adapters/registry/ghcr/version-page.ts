import { InvalidInputError } from '../../../errors.ts'
import type { NumberedPage } from '../numbered-pages.ts'

/** @throws InvalidInputError for what is no list */
export function parsePage(json: unknown, link: string | string[] | undefined, what: string): NumberedPage {
  if (!Array.isArray(json)) throw new InvalidInputError(`${what}: expected a list of versions, got another JSON`)
  return { entries: json, last: lastPageOf(String(link ?? ''), what) }
}

/** The last page itself has no link to it. */
function lastPageOf(link: string, what: string): number {
  const last = /<[^<>]*[?&]page=(\d{1,9})[^<>]*>\s*;\s*rel="?last"?/.exec(link)?.[1]
  if (last === undefined && /rel="?next"?/.test(link))
    throw new InvalidInputError(`${what}: expected a link to the last page, got one to the next alone`)
  return Number(last ?? 1)
}
