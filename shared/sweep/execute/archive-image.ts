import type { Digest } from '../../domain/digest.ts'
import type { ImageRecord } from '../../domain/records/images.ts'
import { InvalidInputError } from '../../errors.ts'
import type { ArchivedManifest, ArchivedObject, ManifestArchive } from '../../ports/platform.ts'
import type { RegistryReader } from '../../ports/registry.ts'
import type { Deletion } from './deletion.ts'

export interface ArchiveDeps {
  readonly writer: RegistryReader
  readonly archive: ManifestArchive
  readonly now: () => Date
}

export interface ArchiveContext {
  readonly policy: { readonly id: string }
  readonly runId: string
  /** Path in the registry. */
  readonly path: string
}

/** What was learned of an image by reading its manifest. */
export type ArchivedRead = Partial<Pick<ImageRecord, 'ownReadAt' | 'blobs'>>

/**
 * Before any delete call: the bytes, the graph and the objects, so that `restore` can put them back. An image that is
 * gone was archived by the run that deleted it.
 */
export async function archiveImage(
  { image, tags, objects, referrers }: Deletion,
  { policy, runId, path }: ArchiveContext,
  { writer, archive, now }: ArchiveDeps,
): Promise<ArchivedRead> {
  const readAt = now()
  // A deletion is noted before its first delete call: an image without such a note has lost nothing yet.
  const mayBeContinued = image.deletion !== undefined || image.begunBy !== undefined
  const [manifest, former] = await Promise.all([
    writer.findManifest(path, image.digest),
    mayBeContinued ? archive.findManifest(image.repository, image.digest) : undefined,
  ])
  if (!manifest) return {}
  if ('unreadable' in manifest) throw new InvalidInputError(`expected a manifest to archive: ${manifest.unreadable}`)
  const graph = {
    tags,
    children: manifest.children ?? [],
    referrers,
    objects: objects.map(archivedObject),
    deletedAt: now(),
    policy: policy.id,
    runId,
  }
  const { mediaType, bytes } = manifest
  const entry = { repository: image.repository, digest: image.digest, mediaType, bytes }
  // What the same deletion took before it was killed belongs to it; an older deletion was restored, and is over.
  const isContinued = image.deletion !== undefined || former?.graph.runId === runId
  await archive.putManifest({ ...entry, graph: isContinued && former ? merged(former.graph, graph) : graph })
  return {
    ...(writer.countsPulls && { ownReadAt: readAt }),
    // Of a registry that does not tell them: some runtimes name an image by its config.
    ...(image.blobs === undefined && manifest.blobs && { blobs: [...manifest.blobs] }),
  }
}

const archivedObject = ({ object }: Deletion['objects'][number]): ArchivedObject => {
  const { name, namespace, labels, annotations } = object.metadata
  return { cluster: object.cluster, metadata: { name, namespace, labels, annotations }, spec: object.spec }
}

type Graph = ArchivedManifest['graph']

const merged = (former: Graph, latest: Graph & { readonly referrers: readonly Digest[] }): Graph => ({
  ...latest,
  tags: union(former.tags, latest.tags).sort(),
  children: union(former.children, latest.children),
  referrers: union(former.referrers, latest.referrers),
  objects: [...new Map([...former.objects, ...latest.objects].map(object => [keyOf(object), object])).values()],
  ...(former.deletedAt && { deletedAt: former.deletedAt }),
})

const union = (former: readonly string[], latest: readonly string[]): string[] => [...new Set([...former, ...latest])]

const keyOf = ({ cluster, metadata: { namespace, name } }: ArchivedObject): string => `${cluster}/${namespace}/${name}`
