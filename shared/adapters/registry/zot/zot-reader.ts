import type { Digest } from '../../../domain/digest.ts'
import { parseRepositoryPath } from '../../../domain/repository-name.ts'
import { referrersTag } from '../../../domain/retention/versions/tag-kind.ts'
import type { DescribedManifest, RegistryReader, RepositoryListing } from '../../../ports/registry.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { type OciOptions, OciSession } from '../oci/oci-session.ts'
import { notTold, OwnApi } from '../own-api.ts'
import { searchImages, type ZotImage } from './image-search.ts'

/** What people read of a sync that had to do without the search of zot. */
const withoutSearch =
  'zot does not search here, so that push and pull times are not known: have it run with extensions.search, and let this credential read the repository'

/**
 * A zot, whose search extension tells where tags point and when what was pushed and pulled; without it as any other
 * registry. Untagged images it does not list.
 */
export function createZotReader(options: OciOptions): RegistryReader {
  return zotReaderOf(new OciSession({ ...options, countsPulls: true }, 'pull'))
}

/** The reading half over a session that exists. The search is below `/v2/`: whoever answers there is the registry itself. */
export function zotReaderOf(session: OciSession): RegistryReader {
  const plain = readerOf(session)
  const search = new OwnApi()
  return {
    ...plain,
    async listRepository(repository) {
      const path = parseRepositoryPath(repository)
      const listing = await plain.listRepository(path)
      if (listing.tags.length === 0) return listing
      const images = await search.ask(path, 'list', () => searchImages(session, path))
      return images === notTold || images === undefined
        ? { ...listing, note: withoutSearch }
        : listingOf(listing, images)
    },
  }
}

function listingOf(listing: RepositoryListing, images: ReadonlyMap<string, ZotImage>): RepositoryListing {
  const names = new Set(listing.tags.map(one => one.tag))
  const told = listing.tags.flatMap(({ tag }) => images.get(tag) ?? [])
  // Of what refers to an image by the tag schema zot tells nothing.
  const described = told.filter(({ digest }) => !names.has(referrersTag(digest))).flatMap(one => describedOf(one) ?? [])
  return {
    ...listing,
    tags: listing.tags.map(({ tag }) => {
      const { told: _, ...image } = images.get(tag) ?? { tag }
      return image
    }),
    described: new Map<Digest, DescribedManifest>(described.map(one => [one.manifest.digest, one])),
  }
}

function describedOf({ digest, told }: ZotImage): DescribedManifest | undefined {
  if (told === undefined) return undefined
  const { mediaType, sizeBytes, referrers, ...config } = told
  return { manifest: { digest, mediaType, sizeBytes }, config, referrers }
}
