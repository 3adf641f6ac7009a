import type { Digest } from '../../../domain/digest.ts'
import { referrersTag } from '../../../domain/retention/versions/tag-kind.ts'
import type { DescribedManifest, ListedTag, RegistryReader } from '../../../ports/registry.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { type OciOptions, OciSession } from '../oci/oci-session.ts'
import { OwnApi } from '../own-api.ts'
import { listedWithTold, type ToldTags } from '../told-tags.ts'
import { searchImages, type ZotImage } from './image-search.ts'

/** What people read of a sync that had to do without the search of zot. */
const without =
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
  const tell = async (repository: string, names: ReadonlySet<string>) => {
    const images = await searchImages(session, repository)
    return images && toldOf([...images.values()], names)
  }
  return { ...plain, ...listedWithTold(plain, { api: new OwnApi(), scopeOf: path => path, tell, without }) }
}

function toldOf(images: readonly ZotImage[], names: ReadonlySet<string>): ToldTags {
  const listed = images.filter(one => names.has(one.tag))
  // Of what refers to an image by the tag schema zot tells nothing.
  const described = listed.filter(one => !names.has(referrersTag(one.digest))).flatMap(one => describedOf(one) ?? [])
  return {
    tags: new Map(listed.map(({ told: _, ...image }): [string, ListedTag] => [image.tag, image])),
    described: new Map<Digest, DescribedManifest>(described.map(one => [one.manifest.digest, one])),
  }
}

function describedOf({ digest, told }: ZotImage): DescribedManifest | undefined {
  if (told === undefined) return undefined
  const { mediaType, sizeBytes, referrers, ...config } = told
  return { manifest: { digest, mediaType, sizeBytes }, config, referrers }
}
