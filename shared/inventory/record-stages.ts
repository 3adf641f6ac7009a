import { randomUUID } from 'node:crypto'
import pMap from 'p-map'
import { parseImageName } from '../domain/image-name.ts'
import { isRefused, type Outcome } from '../domain/lifecycle/transition.ts'
import { lifted, unused, used } from '../domain/lifecycle/transitions.ts'
import type { ImageRecord } from '../domain/records/images.ts'
import type { UsageRecord } from '../domain/records/workloads.ts'
import { sourceText, workloadName } from '../domain/usage.ts'
import { currentUse, isOfNoRegistry } from '../domain/usage-records.ts'
import type { Store } from '../ports/store.ts'
import { saveLatestImage } from '../records/save-image.ts'
import { unlessUnreadable } from '../records/unless-unreadable.ts'
import { wakePolicies } from './wake-policies.ts'

const concurrency = 8

/**
 * Moves images between Use and Maintenance when workloads begin or cease to refer to them. A marked image that is
 * referred to loses its mark and is in Use; one that is not stays in Cleanup. A reference to what was never synced moves
 * nothing.
 */
export async function recordStages(changed: readonly UsageRecord[], store: Store, now: Date): Promise<void> {
  const images = await pMap(changed, record => unlessUnreadable(() => findImage(record, store)), { concurrency })
  const once = new Map(images.flatMap(image => (image ? [[`${image.repository}@${image.digest}`, image]] : [])))
  const policies = await pMap(once.values(), image => unlessUnreadable(() => recordStage(image, store, now)), {
    concurrency,
  })
  await wakePolicies(
    policies.filter(policy => policy !== undefined),
    store,
    now,
  )
}

async function findImage({ repository, image }: UsageRecord, store: Store): Promise<ImageRecord | undefined> {
  if (isOfNoRegistry(repository)) return undefined
  const name = parseImageName(image)
  if (name.repository === undefined) return undefined
  const digest = name.digest ?? (await store.findTag(repository, name.tag ?? 'latest'))?.digest
  return digest && store.findImage(repository, digest)
}

/** The policy whose mark was lifted, if one was. */
async function recordStage(image: ImageRecord, store: Store, now: Date): Promise<string | undefined> {
  const outcome = await saveLatestImage(
    { repository: image.repository, digest: image.digest, read: image },
    async current => followUse(current, await findReference(image, store), now),
    store,
  )
  return isRefused(outcome) ? undefined : outcome.previous?.mark?.policy
}

async function findReference({ repository, digest }: ImageRecord, store: Store): Promise<UsageRecord | undefined> {
  const usage = await store.listUsage(repository)
  // No other tag leads from a workload to an image.
  const named = new Set(usage.flatMap(({ image }) => tagsIn(image)))
  const tags = await store.findTags(repository, [...named])
  const present = tags.filter(tag => tag.goneAt === undefined)
  return currentUse(usage, present)(digest)[0]
}

/** The tag that a workload names, if it names one. */
function tagsIn(image: string): readonly string[] {
  const name = parseImageName(image)
  return 'tag' in name && name.tag !== undefined ? [name.tag] : []
}

function followUse(image: ImageRecord | undefined, running: UsageRecord | undefined, now: Date): Outcome {
  const why = { id: randomUUID(), actor: 'inventory' }
  if (!running) return unused(image, { ...why, reason: 'no workload refers to it any more' }, now)
  const reason = `${workloadName(running)} in ${sourceText(running)} refers to it`
  if (image?.mark === undefined) return used(image, { ...why, reason }, now)
  return lifted(image, { ...why, reason, runId: image.mark.runId, isUsed: true }, now)
}
