import * as z from 'zod'
import { isTag, quoted } from '../../../domain/repository-name.ts'
import { InvalidInputError, NotFoundError } from '../../../errors.ts'
import type { HttpResponse } from '../../http/client.ts'
import { parseJson } from '../manifest.ts'
import { isAbsent, unexpectedStatus } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'
import { PageLinks } from './page-links.ts'

/** What ECR's data plane accepts at most; registries that give less a page say so with a link. */
const pageSize = 1_000
const maxTags = 1_000_000
/** Registries that ignore the page size send all tags at once. */
const maxPageBytes = 32 * 1024 * 1024

const tagListResponse = z.object({ tags: z.array(z.string()).nullable() })

/**
 * Every tag name of a repository, each once, in the order of the registry. A page with fewer than the asked number is
 * not the last one: only a missing link is.
 *
 * @throws NotFoundError when the registry does not know the repository; InvalidInputError for a name that cannot be a
 * tag, a page that brings nothing new, links that lead in a circle or away, and more than a million tags
 */
export async function listTags(session: OciSession, repository: string): Promise<readonly string[]> {
  const path = `/v2/${repository}/tags/list`
  const first = new URL(`${session.endpoint.origin}${session.basePath}${path}?n=${pageSize}`)
  const links = new PageLinks(first, [session.endpoint.host, session.host], `/${repository}/tags/list`)
  const tags = new Set<string>()
  for (let search: string | undefined = first.search; search !== undefined; ) {
    const request: OciRequest = { method: 'GET', path: `${path}${search}`, repository, maxBodyBytes: maxPageBytes }
    const response = await session.send(request)
    addPage(tags, pageOf(response, session.what(request), repository), session.what(request))
    search = links.next(response.headers)
  }
  return [...tags]
}

function pageOf(response: HttpResponse, what: string, repository: string): readonly string[] {
  if (isAbsent(response, what)) throw new NotFoundError(`${what}: the registry has no repository ${repository}`)
  if (response.status !== 200) throw unexpectedStatus(what, 'a tag list', response)
  const parsed = tagListResponse.safeParse(parseJson(response.body, what))
  if (!parsed.success) throw new InvalidInputError(`${what}: expected {"tags": [...]}, got another shape of JSON`)
  const tags = parsed.data.tags ?? []
  const odd = tags.filter(tag => !isTag(tag))
  if (odd.length > 0)
    throw new InvalidInputError(`${what}: expected tag names, got ${odd.length} that are none: ${shown(odd)}`)
  return tags
}

const shown = (tags: readonly string[]): string => tags.slice(0, 3).map(quoted).join(', ')

function addPage(tags: Set<string>, page: readonly string[], what: string): void {
  const before = tags.size
  for (const tag of page) tags.add(tag)
  if (page.length > 0 && tags.size === before)
    throw new InvalidInputError(`${what}: expected new tags on the next page, got only ones already read`)
  if (tags.size > maxTags) throw new InvalidInputError(`${what}: expected at most ${maxTags} tags, got more`)
}
