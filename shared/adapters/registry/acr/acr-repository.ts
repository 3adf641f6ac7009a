import * as z from 'zod'
import type { Digest } from '../../../domain/digest.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { ListedTag, OddName } from '../../../ports/registry.ts'
import { apiTagsOf, digestOrNone, oddName } from '../api-listing.ts'
import { apiDigest, apiTime } from '../api-values.ts'
import type { RegistryApi } from '../registry-api.ts'
import { listAcrEntries, metadataScope } from './acr-pages.ts'

/** A manifest as ACR lists it; its size is left alone, which for some is that of the manifest itself. */
export interface AcrManifest {
  readonly digest: Digest
  readonly pushedAt?: Date
  readonly tags: readonly string[]
  readonly isLocked: boolean
}

export interface AcrTag extends ListedTag {
  readonly isLocked?: true
}

/** What ACR tells of a repository. */
export interface AcrRepository {
  readonly tags: readonly AcrTag[]
  readonly manifests: readonly AcrManifest[]
  readonly odd: readonly OddName[]
  /** It counts more tags or manifests than it lists: some are hidden, and may be on what seems untagged. */
  readonly hidesSome: boolean
}

const attributes = z
  .object({ deleteEnabled: z.boolean().optional(), writeEnabled: z.boolean().optional() })
  .transform(({ deleteEnabled, writeEnabled }) => deleteEnabled === false || writeEnabled === false)
  .nullish()
  .catch(undefined)
const manifest = z.object({
  digest: apiDigest,
  createdTime: apiTime,
  tags: z.array(z.string()).nullish(),
  changeableAttributes: attributes,
})
const tag = z.object({
  name: z.string(),
  digest: z.string(),
  lastUpdateTime: apiTime,
  changeableAttributes: attributes,
})
const count = z.int().nonnegative()
const counts = z.object({ tagCount: count, manifestCount: count })

/**
 * Undefined where the API knows no such repository. Counted first, so that what comes meanwhile is none that is hidden.
 *
 * @see https://learn.microsoft.com/rest/api/containerregistry/manifests/get-list
 */
export async function findAcrRepository(api: RegistryApi, repository: string): Promise<AcrRepository | undefined> {
  const request = { path: `/acr/v1/${repository}`, repository, scope: metadataScope(repository) }
  const answer = await api.findJson(request)
  const counted = counts.safeParse(answer?.json)
  if (answer === undefined) return undefined
  if (!counted.success)
    throw new InvalidInputError(`${api.what(request)}: expected how many tags and manifests there are`)
  const [manifests, tags] = [
    await listAcrEntries(api, repository, 'manifests'),
    await listAcrEntries(api, repository, 'tags'),
  ]
  if (manifests === undefined || tags === undefined) return undefined
  const read = { manifests: manifestsOf(manifests), tags: apiTagsOf(tags, tagOf) }
  const { tagCount, manifestCount } = counted.data
  return {
    tags: read.tags.tags,
    manifests: read.manifests.manifests,
    odd: [...read.tags.odd, ...read.manifests.odd],
    hidesSome: tags.length < tagCount || manifests.length < manifestCount,
  }
}

function manifestsOf(entries: readonly unknown[]): { manifests: AcrManifest[]; odd: OddName[] } {
  const parsed = entries.map(entry => ({ entry, read: manifest.safeParse(entry) }))
  return {
    manifests: parsed.flatMap(({ read }) =>
      read.success
        ? {
            digest: read.data.digest,
            tags: read.data.tags ?? [],
            isLocked: read.data.changeableAttributes === true,
            ...(read.data.createdTime && { pushedAt: read.data.createdTime }),
          }
        : [],
    ),
    odd: parsed.flatMap(({ entry, read }) => (read.success ? [] : oddName(`entry ${JSON.stringify(entry)}`))),
  }
}

function tagOf(json: unknown): AcrTag | undefined {
  const parsed = tag.safeParse(json)
  if (!parsed.success) return undefined
  const { name, digest, lastUpdateTime, changeableAttributes } = parsed.data
  return {
    tag: name,
    ...digestOrNone(digest),
    ...(lastUpdateTime && { taggedAt: lastUpdateTime }),
    ...(changeableAttributes === true && { isLocked: true }),
  }
}
