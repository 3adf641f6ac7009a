import * as z from 'zod'
import type { Digest } from '../../../domain/digest.ts'
import { gitlab } from '../../../domain/providers/gitlab.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { ListedTag, Referrer } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { type ApiTags, apiTagsOf, digestOrNone, withPushTimes } from '../api-listing.ts'
import { apiDigest, apiTime } from '../api-values.ts'
import { parseJson } from '../manifest.ts'
import { codesOf, isAbsent, unexpectedStatus } from '../oci/error-codes.ts'
import type { OciRequest, OciSession } from '../oci/oci-session.ts'
import { PageLinks } from '../oci/page-links.ts'

const maxTags = 1_000_000
const maxPageBytes = 32 * 1024 * 1024
const query = `?n=${gitlab.pageSize}&referrers=true`

export interface GitlabTagList extends ApiTags {
  /** What refers to manifests that tags are on. */
  readonly referrers: ReadonlyMap<Digest, readonly Referrer[]>
}

interface GitlabTag extends ListedTag {
  readonly referrers?: readonly Referrer[]
}

const referrer = z
  .object({ digest: apiDigest, artifactType: z.string().optional() })
  .transform(({ digest, artifactType }): Referrer => ({ digest, mediaType: '', ...(artifactType && { artifactType }) }))
const entry = z.object({
  name: z.string(),
  digest: z.string(),
  created_at: apiTime,
  updated_at: apiTime,
  published_at: apiTime,
  referrers: z.array(referrer).nullish().catch(undefined),
})

/**
 * Every tag of a repository by the API that the registry of GitLab has beside `/v2/`, with the same tokens, where it keeps its
 * metadata in a database; undefined where it has no such repository.
 *
 * @throws InvalidInputError where it has no such API, and for pages that are none, are away, or have nothing new
 * @see https://gitlab.com/gitlab-org/container-registry/-/blob/master/docs/spec/gitlab/api.md
 */
export async function listGitlabTags(session: OciSession, repository: string): Promise<GitlabTagList | undefined> {
  // It redirects whoever leaves the slash at the end out.
  const path = `/gitlab/v1/repositories/${repository}/tags/list/`
  const first = new URL(`${session.endpoint.origin}${session.basePath}${path}${query}`)
  const links = new PageLinks(first, [session.endpoint.host, session.host], path)
  const entries = new Map<string, unknown>()
  for (let search: string | undefined = query; search !== undefined; ) {
    const request: OciRequest = { method: 'GET', path: `${path}${search}`, repository, maxBodyBytes: maxPageBytes }
    const response = await session.send(request)
    const what = session.what(request)
    if (isAbsent(response, what) && codesOf(response).includes('NAME_UNKNOWN')) return undefined
    const before = entries.size
    for (const tag of pageOf(response, what)) entries.set(JSON.stringify(tag), tag)
    search = links.next(response.headers, response.url)
    if (search !== undefined && (entries.size === before || entries.size > maxTags))
      throw new InvalidInputError(`${what}: expected new tags on each page, and at most ${maxTags}`)
  }
  return listOf([...entries.values()])
}

function pageOf(response: HttpResponse, what: string): readonly unknown[] {
  if (response.status !== 200) throw unexpectedStatus(what, "an answer of GitLab's registry", response)
  const page = z.array(z.unknown()).safeParse(parseJson(response.body, what))
  if (!page.success) throw new InvalidInputError(`${what}: expected a list of tags, got another JSON`)
  return page.data
}

function listOf(entries: readonly unknown[]): GitlabTagList {
  const listed = apiTagsOf(entries, tagOf)
  const tags: readonly GitlabTag[] = listed.tags
  const referrers = new Map(tags.flatMap(tag => (tag.digest && tag.referrers ? [[tag.digest, tag.referrers]] : [])))
  return { tags: withPushTimes(tags.map(({ referrers: _, ...tag }): ListedTag => tag)), odd: listed.odd, referrers }
}

function tagOf(json: unknown): GitlabTag | undefined {
  const parsed = entry.safeParse(json)
  if (!parsed.success) return undefined
  const { name, digest, created_at, updated_at, published_at, referrers } = parsed.data
  const taggedAt = published_at ?? updated_at ?? created_at
  return { tag: name, ...digestOrNone(digest), ...(taggedAt && { taggedAt }), referrers: referrers ?? [] }
}
