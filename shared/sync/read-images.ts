import pFilter from 'p-filter'
import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import type { ImageConfig, Manifest, RegistryReader } from '../ports/registry.ts'

/** A manifest with what its config says. */
export interface DescribedImage {
  readonly manifest: Manifest
  readonly config: ImageConfig | undefined
}

/** One that was not known before. */
export interface FoundImage extends DescribedImage {
  /** How many steps led to it from what was wanted: to be recorded before what is nearer, which is not read again. */
  readonly depth: number
}

const concurrency = 8

/**
 * Reads the manifests of `wanted` and of everything they lead to that is not known yet: children of indexes and
 * referrers, through any depth, each digest once. A child that the registry does not hold (a sparse index) is left out.
 */
export async function readImages(
  reader: RegistryReader,
  path: string,
  wanted: Iterable<Digest>,
  isKnown: (digest: Digest) => Promise<boolean>,
): Promise<Map<Digest, FoundImage>> {
  const found = new Map<Digest, FoundImage>()
  const seen = new Set<Digest>()
  const unknown = (digests: Iterable<Digest>) =>
    pFilter(new Set([...digests].filter(digest => !seen.has(digest))), async digest => !(await isKnown(digest)), {
      concurrency,
    })
  let frontier = await unknown(wanted)
  for (let depth = 0; frontier.length > 0; depth++) {
    for (const digest of frontier) seen.add(digest)
    const read = await pMap(frontier, digest => readImage(reader, path, digest), { concurrency })
    for (const image of read) if (image) found.set(image.manifest.digest, { ...image, depth })
    const next = read.flatMap(image => (image ? [...(image.manifest.children ?? []), ...image.referrers] : []))
    frontier = await unknown(next)
  }
  return found
}

async function readImage(reader: RegistryReader, path: string, digest: Digest) {
  const manifest = await reader.findManifest(path, digest)
  if (!manifest) return undefined
  const [config, referrers] = await Promise.all([
    manifest.config === undefined ? undefined : reader.findConfig(path, manifest.config),
    reader.listReferrers(path, digest),
  ])
  return { manifest, config, referrers: referrers.map(referrer => referrer.digest) }
}
