import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import { isRegistryOutcome } from '../domain/sync-reason.ts'
import { InvalidInputError } from '../errors.ts'
import { activateImage } from './activate-image.ts'
import { type ImageOutcomes, inRestoreOrder, isSparse, judgeImage, judgeTag } from './judge-restore.ts'
import { noteRestoreStarted } from './record-restored.ts'
import type { RestoreContext } from './restore-context.ts'
import type { RestoredItem, RestoreOutcome } from './restore-outcome.ts'
import type { DeletedImage, RestoreWorld } from './restore-world.ts'

/** Images pushed at once. */
const imagesAtOnce = 8

/** Puts the manifests back, children and subjects first. A child that was never there is left out. */
export async function putImages(
  world: RestoreWorld,
  roots: ReadonlySet<Digest>,
  context: RestoreContext,
): Promise<RestoredItem[]> {
  const outcomes = new Map<Digest, RestoreOutcome>()
  const things: RestoredItem[] = []
  for (const group of inRestoreOrder(world)) {
    const taking = group.filter(image => roots.has(image.digest) || !isSparse(image))
    const done = await pMap(
      taking,
      async image => {
        const thing = await restoreImage(image, world, outcomes, context)
        context.onImage?.()
        return thing
      },
      { concurrency: imagesAtOnce },
    )
    for (const thing of done) outcomes.set(thing.digest, thing.outcome)
    things.push(...done)
  }
  return things
}

async function restoreImage(
  image: DeletedImage,
  world: RestoreWorld,
  outcomes: ImageOutcomes,
  context: RestoreContext,
): Promise<RestoredItem> {
  const { digest } = image
  const until = world.archivedUntil.get(digest)
  const sizeBytes = image.record?.sizeBytes
  const thing = {
    kind: 'manifest' as const,
    name: digest,
    digest,
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(until && { archivedUntil: until }),
  }
  const verdict = judgeImage(image, world, outcomes)
  if (!('put' in verdict)) return { ...thing, ...verdict }
  try {
    if (image.storage !== undefined) return { ...thing, ...(await activateImage(image, context)) }
    if (!context.dryRun) await putImage(image, world, context)
    const uploaded = world.toUpload.get(digest)
    return { ...thing, outcome: 'restored', reason: reasonOf(image), ...(uploaded && { uploaded }) }
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    // The registry may need more than the blobs that were asked for, and then refuses.
    return { ...thing, outcome: error instanceof InvalidInputError ? 'missing' : 'failed', reason: error.message }
  }
}

function reasonOf({ manifest }: DeletedImage): string {
  if (manifest?.children) return `an index of ${manifest.children.length}`
  if (manifest?.subject !== undefined) return `refers to ${manifest.subject}`
  return 'an image'
}

/** Notes who does it, uploads what the registry lacks, then pushes the archived bytes by their digest. */
async function putImage(image: DeletedImage, world: RestoreWorld, context: RestoreContext): Promise<void> {
  if (image.manifest === undefined) throw new Error(`expected the manifest of ${image.digest}`)
  await context.requireLease()
  await noteRestoreStarted(image, tagsToPut(image, world), context)
  await context.uploads.upload(world.toUpload.get(image.digest) ?? [])
  await context.requireLease()
  await context.writer.putManifest(context.path, image.digest, image.manifest)
}

const tagsToPut = (image: DeletedImage, world: RestoreWorld): string[] =>
  image.tags.filter(tag => 'put' in judgeTag(tag, image, world, 'restored'))
