import * as z from 'zod'
import { providers } from '../../../domain/providers/providers.ts'
import { isTag } from '../../../domain/repository-name.ts'
import { InvalidInputError, NotFoundError } from '../../../errors.ts'
import type { HttpResponse } from '../../http/client.ts'
import { parseJson } from '../manifest.ts'
import { isAbsent, unexpectedStatus } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'
import { PageLinks } from './page-links.ts'

const { pageSize } = providers.oci
const maxTags = 1_000_000
/** Registries that ignore the page size send all tags at once. */
const maxPageBytes = 32 * 1024 * 1024

const listRequest = { method: 'GET', maxBodyBytes: maxPageBytes, followRedirects: true } as const
const isString = (name: unknown): name is string => typeof name === 'string'
/** One that is no text is an odd name like others; a list of such is none of tags. */
const names = z.array(z.unknown()).refine(list => list.length === 0 || list.some(isString))
const tagListResponse = z.object({ tags: names.nullable() })
/** Pages that name nothing new: one or two are a repetition, more have no end. */
const maxBarrenPages = 3

/** What a list names: tags, and names that can be none. */
interface TagNames {
  readonly tags: readonly string[]
  readonly odd: readonly string[]
}

/**
 * Every name of a repository, each once, in the order of the registry. A page with fewer than the asked number is not
 * the last one: only a missing link is.
 *
 * @throws NotFoundError when the registry does not know the repository; InvalidInputError for pages without end that have
 * nothing new, links that lead in a circle or away, and more than a million names
 */
export async function listTags(session: OciSession, repository: string): Promise<TagNames> {
  const path = `/v2/${repository}/tags/list`
  const first = new URL(`${session.endpoint.origin}${session.basePath}${path}?n=${pageSize}`)
  const links = new PageLinks(first, [session.endpoint.host, session.host], `/${repository}/tags/list`)
  const names = new Set<string>()
  let barren = 0
  for (let search: string | undefined = first.search; search !== undefined; ) {
    const request: OciRequest = { ...listRequest, path: `${path}${search}`, repository }
    const response = await session.send(request)
    const page = pageOf(response, session.what(request), repository)
    if (!addPage(names, page, session.what(request))) barren++
    if (barren > maxBarrenPages)
      throw new InvalidInputError(
        `${session.what(request)}: expected new tags on the next page, got only ones already read`,
      )
    search = links.next(response.headers, response.url)
  }
  const { tags = [], odd = [] } = Object.groupBy(names, name => (isTag(name) ? 'tags' : 'odd'))
  return { tags, odd }
}

function pageOf(response: HttpResponse, what: string, repository: string): readonly string[] {
  if (isAbsent(response, what))
    throw new NotFoundError(`${what}: the registry has no repository ${repository}; one comes with its first push`)
  if (response.status !== 200) throw unexpectedStatus(what, 'a tag list', response)
  const parsed = tagListResponse.safeParse(parseJson(response.body, what))
  if (!parsed.success)
    throw new InvalidInputError(
      `${what}: expected {"tags": [...]}, got another shape of JSON: see whether a registry answers at that address`,
    )
  return (parsed.data.tags ?? []).map(name => (isString(name) ? name : JSON.stringify(name)))
}

/** True for a page with something new, or has nothing on it. */
function addPage(names: Set<string>, page: readonly string[], what: string): boolean {
  const before = names.size
  for (const name of page) names.add(name)
  if (names.size > maxTags) throw new InvalidInputError(`${what}: expected at most ${maxTags} tags, got more`)
  return page.length === 0 || names.size > before
}
