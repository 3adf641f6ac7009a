import type { Digest } from '../domain/digest.ts'
import { sizeText } from '../domain/size.ts'
import type { RestoredItem, RestoreOutcome } from './restore-outcome.ts'
import type { DeletedImage, RestoreWorld } from './restore-world.ts'

/** What is to be done with one thing: put it back, or say why not. */
export type RestoreVerdict =
  | { readonly put: true }
  | (Pick<RestoredItem, 'reason' | 'gone' | 'storage'> & { outcome: RestoreOutcome })

/** What became of the images so far, which decides about those that need them. */
export type ImageOutcomes = ReadonlyMap<Digest, RestoreOutcome>

/** A manifest is put back when its blobs, its children and its subject are there. */
export function judgeImage(image: DeletedImage, world: RestoreWorld, outcomes: ImageOutcomes): RestoreVerdict {
  if (image.storage === 'archived') return { put: true }
  if (image.storage === 'activating') return { outcome: 'present', reason: onItsWay, storage: 'activating' }
  if (image.stands) return { outcome: 'present', reason: 'the registry holds it' }
  if (image.manifest === undefined) return { outcome: 'missing', reason: image.problem ?? unknownReason(image) }
  const gone = world.gone.get(image.digest)
  if (gone) return { outcome: 'missing', gone, reason: gone.map(goneText).join('; ') }
  for (const child of image.manifest.children ?? []) {
    const found = world.images.get(child)
    if (!found || isSparse(found)) continue
    const outcome = outcomes.get(child)
    if (outcome === 'missing' || outcome === 'failed')
      return { outcome, reason: `its child ${child} could not be put back, and registries refuse an index without it` }
  }
  for (const subject of world.subjectsOf.get(image.digest) ?? []) {
    const outcome = outcomes.get(subject)
    if (outcome === 'missing' || outcome === 'failed')
      return { outcome, reason: `its subject ${subject} could not be put back` }
  }
  return { put: true }
}

const onItsWay = 'on its way out of the archive of its registry, which hands it out once it is back'

const unreadYet = 'nobody can read its manifest until the registry hands it out again; restore it once more then'

/** A child that was never seen was left out of the index by design: the registry took the index without it. */
export const isSparse = ({ stands, archived, record }: DeletedImage): boolean =>
  !stands && archived === undefined && record === undefined

const unknownReason = ({ record }: DeletedImage): string =>
  record === undefined
    ? 'neither the registry nor the archive knows it'
    : 'it was deleted by somebody else, so the archive does not hold it; push it again'

const goneText = ({ kind, digest, sizeBytes }: { kind: string; digest: string; sizeBytes: number }): string =>
  `${kind} ${digest} (${sizeText(sizeBytes)}) was collected`

/** A tag is put back only on an image that stands whole, and only where it does not mean something else by now. */
export function judgeTag(
  tag: string,
  image: DeletedImage,
  world: RestoreWorld,
  outcome: RestoreOutcome | undefined,
): RestoreVerdict {
  const { now, lastElsewhere } = world.tags.get(image.digest)?.get(tag) ?? {}
  if (now === image.digest) return { outcome: 'present', reason: 'it points at the image' }
  if (typeof now === 'object')
    return { outcome: 'left-alone', reason: `it is there and cannot be read: ${now.unreadable}` }
  if (now !== undefined) return { outcome: 'left-alone', reason: `it points at ${now} now` }
  if (lastElsewhere !== undefined)
    return { outcome: 'left-alone', reason: `it pointed at ${lastElsewhere} when it was deleted` }
  if (outcome === 'missing' || outcome === 'failed' || outcome === undefined)
    return { outcome: outcome ?? 'failed', reason: 'its image is not there' }
  // Tags are put with the manifest, which an archive of a registry hands out to nobody and ours keeps for a time.
  return image.manifest === undefined ? { outcome: 'failed', reason: unreadYet } : { put: true }
}

/**
 * The images in groups: what a group needs stands in the groups before it, so that children come before their index and
 * subjects before their referrers.
 */
export function inRestoreOrder(world: RestoreWorld): DeletedImage[][] {
  const depths = new Map<Digest, number>()
  const visiting = new Set<Digest>()
  const depthOf = (digest: Digest): number => {
    const known = depths.get(digest)
    if (known !== undefined) return known
    // Only an archive that was tampered with has circles: digests cannot.
    if (visiting.has(digest)) return 0
    visiting.add(digest)
    const { manifest, record } = world.images.get(digest) ?? {}
    const children = manifest?.children ?? record?.children ?? []
    const needed = [...children, ...(world.subjectsOf.get(digest) ?? [])]
    const depth = needed.reduce((deepest, one) => Math.max(deepest, depthOf(one) + 1), 0)
    depths.set(digest, depth)
    return depth
  }
  const groups: DeletedImage[][] = []
  for (const image of world.images.values()) {
    const depth = depthOf(image.digest)
    groups[depth] = [...(groups[depth] ?? []), image]
  }
  return groups.filter(group => group !== undefined)
}
