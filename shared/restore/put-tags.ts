import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import { isRegistryOutcome } from '../domain/sync-reason.ts'
import { judgeTag, type RestoreVerdict } from './judge-restore.ts'
import { noteRestoreStarted } from './record-restored.ts'
import type { RestoreContext } from './restore-context.ts'
import type { RestoredItem } from './restore-outcome.ts'
import type { DeletedImage, RestoreWorld } from './restore-world.ts'

const tagsAtOnce = 8

interface WantedTag {
  readonly tag: string
  readonly image: DeletedImage
  readonly verdict: RestoreVerdict
}

/**
 * Puts the tags back once every manifest stands, so that a pull by a tag finds the signature as well. Each tag is
 * looked at once more before it is pushed: none is ever moved.
 */
export async function putTags(
  world: RestoreWorld,
  images: readonly RestoredItem[],
  context: RestoreContext,
): Promise<RestoredItem[]> {
  const outcomes = new Map(images.map(thing => [thing.digest, thing.outcome]))
  const wanted = [...world.images.values()].flatMap(image =>
    image.tags.map(tag => ({ tag, image, verdict: judgeTag(tag, image, world, outcomes.get(image.digest)) })),
  )
  const takenBy = new Map<string, Digest>()
  for (const { tag, image, verdict } of wanted)
    if ('put' in verdict && !takenBy.has(tag)) takenBy.set(tag, image.digest)
  return pMap(wanted, one => restoreTag(one, wanted, takenBy.get(one.tag), context), { concurrency: tagsAtOnce })
}

async function restoreTag(
  { tag, image, verdict }: WantedTag,
  wanted: readonly WantedTag[],
  taker: Digest | undefined,
  context: RestoreContext,
): Promise<RestoredItem> {
  const thing = { kind: 'tag' as const, name: tag, digest: image.digest }
  if (!('put' in verdict)) return { ...thing, ...verdict }
  if (taker !== image.digest) return { ...thing, outcome: 'left-alone', reason: `it is given to ${taker}` }
  const restored = { ...thing, outcome: 'restored' as const, reason: `points at ${image.digest}` }
  if (context.dryRun) return restored
  try {
    await context.requireLease()
    if (image.stands) await noteStanding(image, wanted, context)
    const now = await context.writer.findTag(context.path, tag)
    if (typeof now === 'object')
      return { ...thing, outcome: 'left-alone', reason: `it is there and cannot be read: ${now.unreadable}` }
    if (now !== undefined && now !== image.digest)
      return { ...thing, outcome: 'left-alone', reason: `it points at ${now} now` }
    if (image.manifest === undefined) throw new Error(`expected the manifest of ${image.digest}`)
    await context.writer.putManifest(context.path, tag, image.manifest)
    return restored
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return { ...thing, outcome: 'failed', reason: error.message }
  }
}

/** An image that stands was not pushed, so its record does not yet say who puts its tags back. */
const noteStanding = (image: DeletedImage, wanted: readonly WantedTag[], context: RestoreContext): Promise<void> => {
  const tags = wanted.filter(one => one.image === image && 'put' in one.verdict).map(one => one.tag)
  return noteRestoreStarted(image, tags, context)
}
