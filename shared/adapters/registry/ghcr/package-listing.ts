import { isTag } from '../../../domain/repository-name.ts'
import type { ListedImage, ListedTag, OddName, RepositoryListing } from '../../../ports/registry.ts'
import { oddName } from '../api-listing.ts'
import type { VersionList } from './github-packages.ts'
import { namesOfOdd, type PackageVersion } from './package-version.ts'

/** What GitHub lists of a package: digests and when they were pushed first, no sizes, and no pulls. */
export function listingOf({ versions, odd }: VersionList): RepositoryListing {
  const tags = new Map<string, ListedTag>()
  const oddNames: OddName[] = odd.flatMap(entry => namesOfOdd(entry).map(oddVersion))
  for (const version of versions.values())
    for (const tag of version.tags) {
      if (!isTag(tag)) oddNames.push(oddName(tag))
      // One that moved while the list was read stands at two: it is asked for by itself.
      else tags.set(tag, tags.has(tag) ? { tag } : { tag, ...imageOf(version) })
    }
  return {
    tags: [...tags.values()],
    untagged: [...versions.values()].filter(version => version.tags.length === 0).map(imageOf),
    ...(oddNames.length > 0 && { unreadable: oddNames }),
  }
}

const imageOf = ({ digest, pushedAt }: PackageVersion): ListedImage => ({ digest, ...(pushedAt && { pushedAt }) })

const oddVersion = (name: string): OddName => ({
  name,
  unreadable: 'expected a version of a container package with a sha256 digest, got another',
})
