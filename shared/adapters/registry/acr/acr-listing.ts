import { isTag } from '../../../domain/repository-name.ts'
import type { ListedTag, RepositoryListing } from '../../../ports/registry.ts'
import type { AcrManifest, AcrRepository } from './acr-repository.ts'

const hidden =
  'ACR counts more tags or manifests than it lists, so that what seems untagged may be in use and is not listed: set listEnabled on those that are hidden'

/**
 * Tags with the push time of their manifest; untagged is what none is on. A tag that a manifest names and the list of tags does
 * not is taken from the manifest.
 */
export function acrListingOf({ tags, manifests, odd, hidesSome }: AcrRepository): RepositoryListing {
  const byDigest = new Map(manifests.map(manifest => [manifest.digest, manifest]))
  const listed = new Map<string, ListedTag>(manifests.flatMap(tagsNamedBy))
  for (const { isLocked: _, ...tag } of tags) {
    const pushedAt = tag.digest && byDigest.get(tag.digest)?.pushedAt
    listed.set(tag.tag, { ...tag, ...(pushedAt && { pushedAt }) })
  }
  const tagged = new Set([...listed.values()].map(({ digest }) => digest))
  const untagged = manifests.filter(({ digest }) => !tagged.has(digest))
  return {
    tags: [...listed.values()],
    ...(hidesSome ? { note: hidden } : { untagged: untagged.map(imageOf) }),
    ...(odd.length > 0 && { unreadable: odd }),
  }
}

const imageOf = ({ digest, pushedAt }: AcrManifest) => ({ digest, ...(pushedAt && { pushedAt }) })

const tagsNamedBy = (manifest: AcrManifest): [string, ListedTag][] =>
  manifest.tags.filter(isTag).map(tag => [tag, { tag, ...imageOf(manifest) }])
