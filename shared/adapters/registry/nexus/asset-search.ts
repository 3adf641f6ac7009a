import * as z from 'zod'
import { type Digest, isDigest } from '../../../domain/digest.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { ListedTag } from '../../../ports/registry.ts'
import { apiTime } from '../api-values.ts'
import type { RegistryApi } from '../registry-api.ts'
import type { ToldTags } from '../told-tags.ts'

const asset = z.object({
  path: z.string(),
  repository: z.string(),
  checksum: z.object({ sha256: z.string() }),
  lastModified: apiTime,
  blobCreated: apiTime,
  lastDownloaded: apiTime,
})
const page = z.object({ items: z.array(z.unknown()), continuationToken: z.string().nullish() })
type Asset = z.infer<typeof asset>

const maxPages = 20_000

/**
 * The manifests under tags that Nexus finds for an image. Which of its repositories is behind a port it does not say: a tag
 * that several have is left out. Where the first part of the path may be the name of one, that is looked at next.
 * Undefined for an address without this API.
 *
 * @throws InvalidInputError for an answer that is none of it, and for pages without end
 * @see https://help.sonatype.com/en/search-api.html
 */
export async function searchTags(api: RegistryApi, repository: string): Promise<ToldTags | undefined> {
  const found = await findAssets(api, { 'docker.imageName': repository }, repository)
  if (found === undefined) return undefined
  const [first = '', ...rest] = repository.split('/')
  if (found.length > 0 || rest.length === 0) return { tags: tagsIn(found, repository) }
  const name = rest.join('/')
  const below = await findAssets(api, { repository: first, 'docker.imageName': name }, repository)
  return below && { tags: tagsIn(below, name) }
}

async function findAssets(
  api: RegistryApi,
  criteria: Readonly<Record<string, string>>,
  repository: string,
): Promise<readonly Asset[] | undefined> {
  const assets: Asset[] = []
  const seen = new Set<string>()
  for (let token: string | undefined = ''; token !== undefined; ) {
    const query = new URLSearchParams({ format: 'docker', ...criteria, ...(token && { continuationToken: token }) })
    const path = `/service/rest/v1/search/assets?${query}`
    const answer = await api.findJson({ path, repository })
    if (answer === undefined) return undefined
    const parsed = page.safeParse(answer.json)
    if (!parsed.success) throw new InvalidInputError(`${api.what({ path })}: expected assets of Nexus`)
    for (const item of parsed.data.items) {
      const one = asset.safeParse(item)
      if (one.success) assets.push(one.data)
    }
    token = parsed.data.continuationToken ?? undefined
    if (token !== undefined && (seen.has(token) || seen.size === maxPages))
      throw new InvalidInputError(`${api.what({ path })}: expected the next page, got one that was read before`)
    if (token !== undefined) seen.add(token)
  }
  return assets
}

function tagsIn(assets: readonly Asset[], name: string): ReadonlyMap<string, ListedTag> {
  const prefix = `v2/${name}/manifests/`
  const named = assets.flatMap(one => {
    const path = one.path.replace(/^\//, '')
    const digest: string = `sha256:${one.checksum.sha256}`
    return path.startsWith(prefix) && isDigest(digest) ? [{ ...one, tag: path.slice(prefix.length), digest }] : []
  })
  const alone = [...Map.groupBy(named, one => one.tag).values()].filter(all => all.length === 1)
  return new Map(alone.flat().map(one => [one.tag, listedOf(one)]))
}

/** Of two times of its push the later one is taken. */
function listedOf({ tag, digest, ...one }: Asset & { readonly tag: string; readonly digest: Digest }): ListedTag {
  const times = [one.lastModified, one.blobCreated].filter(at => at !== undefined)
  const at = times.length > 0 ? new Date(Math.max(...times.map(Number))) : undefined
  return {
    tag,
    digest,
    ...(at && { pushedAt: at, taggedAt: at }),
    ...(one.lastDownloaded && { pulledAt: one.lastDownloaded }),
  }
}
