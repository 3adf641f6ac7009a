import pMap from 'p-map'
import { isRegistryOutcome } from '../domain/sync-reason.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { LayerArchive } from '../ports/layer-archive.ts'
import type { ManifestArchive } from '../ports/platform.ts'
import type { RegistryWriter } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import { BlobUploads } from './blob-uploads.ts'
import { archivedUntil, findArchivedBlobs, splitGone } from './find-archived-blobs.ts'
import { findGoneBlobs } from './find-gone-blobs.ts'
import { holdLease } from './hold-lease.ts'
import { putImages } from './put-images.ts'
import { findObjectsThere, objectsToPut, putObjects } from './put-objects.ts'
import { putTags } from './put-tags.ts'
import { type ReadDeletedDeps, readDeleted } from './read-deleted.ts'
import { readTags } from './read-tags.ts'
import { recordImage, recordTag } from './record-restored.ts'
import type { RestoreCause, RestoreContext } from './restore-context.ts'
import { isBack, type RestoredItem } from './restore-outcome.ts'
import type { DeletedImage, RestoreTarget, RestoreWorld } from './restore-world.ts'

export interface RestoreDeps {
  readonly store: Store
  readonly archive: ManifestArchive
  readonly layers: LayerArchive
  readonly clusters: readonly Cluster[]
  /** With the rights to push. */
  readonly writerFor: (registry: string) => Promise<RegistryWriter>
  readonly parseManifest: ReadDeletedDeps['parseManifest']
  readonly now: () => Date
  readonly sleep: (ms: number) => Promise<unknown>
}

export interface RestoreRequest extends RestoreCause {
  /** Reads everything and changes nothing. */
  readonly dryRun?: boolean
  readonly onImage?: () => void
  /** Called with the size of each piece of a config or layer that is uploaded. */
  readonly onBytes?: (sizeBytes: number) => void
}

/**
 * Puts images of one repository back as they were before a sweep deleted them: manifests, then tags, then the table, then
 * the Repository objects. Safe to repeat and to be killed anywhere: what stands is found and not pushed again. What a
 * registry refuses or does not answer is an outcome.
 */
export async function restoreRepository(
  target: RestoreTarget,
  request: RestoreRequest,
  deps: RestoreDeps,
): Promise<readonly RestoredItem[]> {
  const { repository, path } = target
  const { dryRun = false, onBytes, ...cause } = request
  try {
    const writer = await deps.writerFor(target.registry)
    const context = { ...cause, repository, path, store: deps.store, writer, now: deps.now, dryRun }
    const work = async (requireLease: () => Promise<void>) => {
      const world = await readWorld(target, writer, deps)
      const uploads = new BlobUploads({ writer, layers: deps.layers, path, requireLease, onBytes })
      return putBack(target, world, { ...context, uploads, requireLease }, deps)
    }
    return await (dryRun ? work(async () => undefined) : holdLease(repository, deps, work))
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    const { message } = error
    return target.roots.map(({ digest }) => ({
      kind: 'manifest',
      name: digest,
      digest,
      outcome: 'failed',
      reason: message,
    }))
  }
}

async function readWorld(target: RestoreTarget, writer: RegistryWriter, deps: RestoreDeps): Promise<RestoreWorld> {
  const { images, subjectsOf } = await readDeleted(target, { ...deps, writer })
  const all = [...images.values()]
  const [gone, archived, tags, objectsThere] = await Promise.all([
    findGoneBlobs(all, target.path, writer),
    findArchivedBlobs(all, deps.layers),
    readTags(images.values(), target, { ...deps, writer }),
    findObjectsThere(images.values(), deps.clusters),
  ])
  const { lost, toUpload } = splitGone(gone, archived)
  const lives = all.flatMap(image => {
    const until = archivedUntil(image, archived)
    return until ? [[image.digest, until] as const] : []
  })
  return { images, subjectsOf, gone: lost, toUpload, archivedUntil: new Map(lives), tags, objectsThere }
}

async function putBack(
  target: RestoreTarget,
  world: RestoreWorld,
  context: RestoreContext,
  deps: RestoreDeps,
): Promise<readonly RestoredItem[]> {
  const images = await putImages(world, new Set(target.roots.map(root => root.digest)), context)
  const things = [...images, ...(await putTags(world, images, context))]
  // Before the objects come back, with which policies cover the tags again.
  if (!context.dryRun) await record(world, things, context)
  return [...things, ...(await putObjects(world, things, deps.clusters, context))]
}

const recordsAtOnce = 16

/**
 * Tags before their image: while that still counts as gone, the next restore takes part with its tags, so that a kill in
 * between is finished. A tag whose image is not recorded is kept by every sweep. Untouched records stay as they are.
 */
async function record(world: RestoreWorld, things: readonly RestoredItem[], context: RestoreContext): Promise<void> {
  const byImage = Map.groupBy(things, thing => thing.digest)
  const images = [...world.images.values()].map(image => {
    const own = byImage.get(image.digest) ?? []
    return { image, own, tags: own.filter(thing => thing.kind === 'tag' && isBack(thing)) }
  })
  const changed = images.filter(({ image, own }) => isChanged(image, own, world))
  const usage = changed.length > 0 ? await context.store.listUsage(context.repository) : []
  const names = (tags: readonly RestoredItem[]) => tags.map(tag => tag.name)
  const tags = images.flatMap(one => one.tags.map(tag => ({ image: one.image, tag })))
  await pMap(tags, ({ image, tag }) => recordTag(tag.name, image, isPut(tag), context), { concurrency: recordsAtOnce })
  await pMap(changed, ({ image, own, tags }) => recordImage(image, names(tags), usage, context, storageIn(own)), {
    concurrency: recordsAtOnce,
  })
}

const storageIn = (own: readonly RestoredItem[]): RestoredItem['storage'] =>
  own.find(({ kind }) => kind === 'manifest')?.storage

/** True where anything of the image came back, and where a restore that was killed did not come to its record. */
function isChanged(image: DeletedImage, own: readonly RestoredItem[], world: RestoreWorld): boolean {
  if (!own.some(thing => thing.kind === 'manifest' && isBack(thing))) return false
  if (image.record?.goneAt !== undefined || image.record?.deletion !== undefined) return true
  // A sync may have seen it on its way before the restore that asked for it was killed.
  if (image.storage === 'activating' && (image.record?.storage === 'archived' || image.record?.archivedBy)) return true
  return own.some(isPut) || objectsToPut(image, world, own).length > 0
}

const isPut = ({ outcome }: RestoredItem): boolean => outcome === 'restored'
