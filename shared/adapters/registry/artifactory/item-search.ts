import * as z from 'zod'
import { type Digest, isDigest } from '../../../domain/digest.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { ListedTag } from '../../../ports/registry.ts'
import { apiTime } from '../api-values.ts'
import { parseJson } from '../manifest.ts'
import { unexpectedStatus } from '../oci/error-codes.ts'
import type { RegistryApi } from '../registry-api.ts'
import type { ToldTags } from '../told-tags.ts'

const item = z.object({
  repo: z.string(),
  path: z.string(),
  name: z.enum(['manifest.json', 'list.manifest.json']),
  sha256: z.string(),
  created: apiTime,
  modified: apiTime,
  stats: z.array(z.object({ downloaded: apiTime })).nullish(),
})
type Item = z.infer<typeof item>
const answer = z.object({ results: z.array(z.unknown()) })

const maxAnswerBytes = 128 * 1024 * 1024

/**
 * The manifests under the tags of an image, from one query. The first part of the path is the key of the repository, unless
 * that is in the name or the port of the host; and a virtual one has its items in others. A tag that several have is left out.
 * Undefined for an address without this API.
 *
 * @throws InvalidInputError for an answer that is none of it
 * @see https://jfrog.com/help/r/jfrog-rest-apis/artifactory-query-language
 */
export async function searchTags(api: RegistryApi, repository: string): Promise<ToldTags | undefined> {
  const [key = '', ...rest] = repository.split('/')
  const names = rest.length === 0 ? [repository] : [repository, rest.join('/')]
  const items = await findItems(api, names, repository)
  if (items === undefined) return undefined
  const own = items.filter(one => one.repo === key)
  const inKey = tagsIn(own, rest.join('/'))
  const places = [inKey, tagsIn(items, repository), tagsIn(items, rest.join('/'))]
  return { tags: places.find(tags => tags.size > 0) ?? new Map() }
}

async function findItems(
  api: RegistryApi,
  names: readonly string[],
  repository: string,
): Promise<readonly Item[] | undefined> {
  const where = {
    name: { $in: ['manifest.json', 'list.manifest.json'] },
    $or: names.map(name => ({ path: { $match: `${name}/*` } })),
  }
  // Who is no administrator has to ask for repo, path and name as well.
  const fields = '"repo","path","name","sha256","created","modified","stat.downloaded"'
  const path = `${/\/artifactory$/.test(api.api.pathname) ? '' : '/artifactory'}/api/search/aql`
  const text = `items.find(${JSON.stringify(where)}).include(${fields})`
  const request = { method: 'POST', path, text, repository, maxBodyBytes: maxAnswerBytes } as const
  const response = await api.send(request)
  const what = api.what(request)
  if (response.status === 404 || response.status === 405) return undefined
  if (response.status !== 200) throw unexpectedStatus(what, 'an answer of Artifactory', response)
  const parsed = answer.safeParse(parseJson(response.body, what))
  if (!parsed.success) throw new InvalidInputError(`${what}: expected results of Artifactory, got another JSON`)
  return parsed.data.results.flatMap(one => item.safeParse(one).data ?? [])
}

function tagsIn(items: readonly Item[], name: string): ReadonlyMap<string, ListedTag> {
  const prefix = `${name}/`
  const named = items.flatMap(one => {
    const tag = one.path.startsWith(prefix) ? one.path.slice(prefix.length) : ''
    const digest: string = `sha256:${one.sha256}`
    return tag !== '' && !tag.includes('/') && isDigest(digest) ? [{ ...one, tag, digest }] : []
  })
  const alone = [...Map.groupBy(named, one => one.tag).values()].flatMap(all => theOneOf(all) ?? [])
  return new Map(alone.map(one => [one.tag, listedOf(one)]))
}

/** In the folder of an index may be a manifest as well; two repositories are not told apart. */
function theOneOf<T extends Item>(items: readonly T[]): T | undefined {
  if (new Set(items.map(one => one.repo)).size > 1) return undefined
  const indexes = items.filter(one => one.name === 'list.manifest.json')
  const [only, ...others] = indexes.length > 0 ? indexes : items
  return others.length === 0 ? only : undefined
}

/** `created` stays when a tag is pushed anew. */
function listedOf({ tag, digest, ...one }: Item & { readonly tag: string; readonly digest: Digest }): ListedTag {
  const at = one.modified ?? one.created
  const pulls = (one.stats ?? []).flatMap(stat => stat.downloaded ?? []).map(Number)
  return {
    tag,
    digest,
    ...(at && { pushedAt: at, taggedAt: at }),
    ...(pulls.length > 0 && { pulledAt: new Date(Math.max(...pulls)) }),
  }
}
