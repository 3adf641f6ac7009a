import * as z from 'zod'
import { quay } from '../../../domain/providers/quay.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { ListedTag } from '../../../ports/registry.ts'
import { type ApiTags, apiTagsOf, digestOrNone, withPushTimes } from '../api-listing.ts'
import { apiSeconds } from '../api-values.ts'
import type { RegistryApi } from '../registry-api.ts'

const { pageSize } = quay
const maxPages = 1_000_000 / pageSize

/** A tag as Quay lists it. */
export interface QuayTag extends ListedTag {
  readonly isImmutable?: true
}

export interface QuayTagList extends ApiTags {
  readonly tags: readonly QuayTag[]
}

const entry = z.object({
  name: z.string(),
  manifest_digest: z.string(),
  start_ts: apiSeconds,
  immutable: z.boolean().nullish().catch(undefined),
})
const pageAnswer = z.object({ tags: z.array(z.unknown()), page: z.int(), has_additional: z.boolean() })

/**
 * Every tag of a repository that is not deleted; undefined where the API knows no such repository. The newest come first, so that
 * a tag that is pushed or deleted meanwhile may move another past the page that is read: who knew it asks for it.
 *
 * @throws InvalidInputError for pages that are none, that are not full though others follow, or that have nothing new
 * @see https://github.com/quay/quay/blob/master/endpoints/api/tag.py
 */
export async function listQuayTags(api: RegistryApi, repository: string): Promise<QuayTagList | undefined> {
  const entries = new Map<string, unknown>()
  for (let page = 1, isMore = true; isMore; page++) {
    const path = `/repository/${repository}/tag/?onlyActiveTags=true&limit=${pageSize}&page=${page}`
    const answer = await api.findJson({ path, repository })
    if (answer === undefined) return undefined
    const { tags, has_additional } = pageOf(answer.json, page, api.what({ path }))
    const before = entries.size
    for (const tag of tags) entries.set(JSON.stringify(tag), tag)
    if (has_additional && entries.size === before)
      throw unexpected(api.what({ path }), 'new tags on each page', 'only ones already read')
    if (has_additional && page === maxPages) throw unexpected(api.what({ path }), `at most ${maxPages} pages`, 'more')
    isMore = has_additional
  }
  const { tags, odd } = apiTagsOf([...entries.values()], tagOf)
  return { tags: withPushTimes(tags), odd }
}

function pageOf(json: unknown, page: number, what: string) {
  const parsed = pageAnswer.safeParse(json)
  if (!parsed.success) throw unexpected(what, 'a page of tags', 'another JSON')
  if (parsed.data.page !== page) throw unexpected(what, `page ${page}`, `page ${parsed.data.page}`)
  const { length } = parsed.data.tags
  if (parsed.data.has_additional && length < pageSize)
    throw unexpected(what, `${pageSize} tags on a page that others follow`, `${length}`)
  return parsed.data
}

function tagOf(json: unknown): QuayTag | undefined {
  const parsed = entry.safeParse(json)
  if (!parsed.success) return undefined
  const { name, manifest_digest, start_ts, immutable } = parsed.data
  return {
    tag: name,
    ...digestOrNone(manifest_digest),
    ...(start_ts && { taggedAt: start_ts }),
    ...(immutable === true && { isImmutable: true }),
  }
}

const unexpected = (what: string, expected: string, got: string): InvalidInputError =>
  new InvalidInputError(`${what}: expected ${expected}, got ${got}`)
