import type { Digest } from '../../domain/digest.ts'
import type { Blob } from '../../domain/image.ts'
import type { OwnRead } from '../../domain/lifecycle/transitions.ts'
import type { CleanupPolicy } from '../../domain/policy/policy.ts'
import { InvalidInputError } from '../../errors.ts'
import type { ArchivedManifest, ArchivedObject, ManifestArchive } from '../../ports/platform.ts'
import type { RegistryReader } from '../../ports/registry.ts'
import { neededBlobs } from '../../restore/needed-blobs.ts'
import type { Deletion } from './deletion.ts'
import type { LayerCopies } from './layer-copies.ts'

export interface ArchiveDeps {
  readonly writer: RegistryReader
  readonly archive: ManifestArchive
  readonly layerCopies: Pick<LayerCopies, 'archive'>
  readonly now: () => Date
}

export interface ArchiveContext {
  readonly policy: { readonly id: string; readonly spec: Pick<CleanupPolicy, 'archive'> }
  readonly runId: string
  /** Path in the registry. */
  readonly path: string
}

/** `lacking`: how many blobs of it the registry had no more, so that they are not archived either. */
export interface Archived {
  readonly read: OwnRead
  readonly lacking: number
}

/**
 * Before any delete call: the bytes, the graph and the objects, so that `restore` can put them back, and before these the
 * layers, where the policy says so and the image goes whole. One that is gone was archived by the run that deleted it.
 * @throws LayersLeft where there is no time for them
 */
export async function archiveImage(
  { image, tags, objects, referrers, wholeImage }: Deletion,
  { policy, runId, path }: ArchiveContext,
  { writer, archive, layerCopies, now }: ArchiveDeps,
): Promise<Archived> {
  // In its registry's archive already, by a deletion that was noted, before which its manifest was kept.
  if (image.storage !== undefined) return { read: {}, lacking: 0 }
  const readAt = now()
  // A deletion is noted before its first delete call: an image without such a note has lost nothing yet.
  const mayBeContinued = image.deletion !== undefined || image.begunBy !== undefined
  const [manifest, former] = await Promise.all([
    writer.findManifest(path, image.digest),
    mayBeContinued ? archive.findManifest(image.repository, image.digest) : undefined,
  ])
  if (!manifest) return { read: {}, lacking: 0 }
  if ('unreadable' in manifest) throw new InvalidInputError(`expected a manifest to archive: ${manifest.unreadable}`)
  const isWithLayers = policy.spec.archive === 'layers' && wholeImage
  const lacking = isWithLayers ? await layerCopies.archive(manifest, path) : []
  const heldBlobs = isWithLayers
    ? digestsOf(neededBlobs(manifest)).filter(one => !digestsOf(lacking).includes(one))
    : []
  const graph = {
    tags,
    children: manifest.children ?? [],
    referrers,
    objects: objects.map(archivedObject),
    deletedAt: now(),
    policy: policy.id,
    runId,
    heldBlobs,
  }
  const { mediaType, bytes } = manifest
  const entry = { repository: image.repository, digest: image.digest, mediaType, bytes }
  // What the same deletion took before it was killed belongs to it; an older deletion was restored, and is over.
  const isContinued = image.deletion !== undefined || former?.graph.runId === runId
  await archive.putManifest({ ...entry, graph: isContinued && former ? merged(former.graph, graph) : graph })
  const read = {
    ...(writer.countsPulls && { ownReadAt: readAt }),
    ...(image.pulledAt === undefined && (await writer.tellsPulls?.(path)) && { ownReadIsFirst: true as const }),
    // Of a registry that does not tell them: some runtimes name an image by its config.
    ...(image.blobs === undefined && manifest.blobs && { blobs: [...manifest.blobs] }),
  }
  return { read, lacking: lacking.length }
}

const digestsOf = (blobs: readonly Blob[]): Digest[] => blobs.map(({ digest }) => digest)

const archivedObject = ({ object }: Deletion['objects'][number]): ArchivedObject => {
  const { name, namespace, labels, annotations } = object.metadata
  return { cluster: object.cluster, metadata: { name, namespace, labels, annotations }, spec: object.spec }
}

type Graph = ArchivedManifest['graph']

interface Latest extends Graph {
  readonly referrers: readonly Digest[]
  readonly heldBlobs: readonly string[]
}

/** Which layers it held is not known where a version before began: then it is not said either. */
const merged = (former: Graph, { heldBlobs, ...latest }: Latest): Graph => ({
  ...latest,
  tags: union(former.tags, latest.tags).sort(),
  children: union(former.children, latest.children),
  referrers: union(former.referrers, latest.referrers),
  ...(former.heldBlobs && { heldBlobs: union(former.heldBlobs, heldBlobs) }),
  objects: [...new Map([...former.objects, ...latest.objects].map(object => [keyOf(object), object])).values()],
  ...(former.deletedAt && { deletedAt: former.deletedAt }),
})

const union = (former: readonly string[], latest: readonly string[]): string[] => [...new Set([...former, ...latest])]

const keyOf = ({ cluster, metadata: { namespace, name } }: ArchivedObject): string => `${cluster}/${namespace}/${name}`
