import { randomUUID } from 'node:crypto'
import pMap from 'p-map'
import { parseImageName } from '../domain/image-name.ts'
import { isBeingDeleted, withoutMark } from '../domain/lift-mark.ts'
import type { ImageRecord, Stage, UsageRecord } from '../domain/records.ts'
import { sourceText } from '../domain/usage.ts'
import { anyRepository, currentReferences } from '../domain/usage-records.ts'
import { ConflictError } from '../errors.ts'
import type { Draft, Store } from '../ports/store.ts'
import { wakePolicies } from './wake-policies.ts'

const concurrency = 8

/**
 * Moves images between Use and Maintenance when workloads begin or cease to refer to them. A marked image that is
 * referred to loses its mark and is in Use; one that is not stays in Cleanup. A reference to what was never synced moves
 * nothing.
 */
export async function recordStages(changed: readonly UsageRecord[], store: Store, now: Date): Promise<void> {
  const images = await pMap(changed, record => findImage(record, store), { concurrency })
  const once = new Map(images.flatMap(image => (image ? [[`${image.repository}@${image.digest}`, image]] : [])))
  const lifted = await pMap(once.values(), image => recordStage(image, store, now), { concurrency })
  await wakePolicies(
    lifted.filter(policy => policy !== undefined),
    store,
    now,
  )
}

async function findImage({ repository, image }: UsageRecord, store: Store): Promise<ImageRecord | undefined> {
  if (repository === anyRepository) return undefined
  const name = parseImageName(image)
  if (name.repository === undefined) return undefined
  const digest = name.digest ?? (await store.findTag(repository, name.tag ?? 'latest'))?.digest
  return digest && store.findImage(repository, digest)
}

/** The policy whose mark was lifted, if one was. */
async function recordStage(image: ImageRecord, store: Store, now: Date, isRetry = false): Promise<string | undefined> {
  const tags = (await store.listTags(image.repository)).filter(
    tag => tag.digest === image.digest && tag.goneAt === undefined,
  )
  const usage = await store.listUsage(image.repository)
  const [running] = currentReferences(
    usage,
    image.digest,
    tags.map(tag => tag.tag),
  )
  const draft = nextRecord(image, running, now)
  if (!draft) return undefined
  try {
    await store.saveImage(draft, image)
    return image.mark?.policy
  } catch (error) {
    if (!(error instanceof ConflictError) || isRetry) throw error
    const fresh = await store.findImage(image.repository, image.digest)
    return fresh && recordStage(fresh, store, now, true)
  }
}

function nextRecord(image: ImageRecord, running: UsageRecord | undefined, now: Date): Draft<ImageRecord> | undefined {
  const stage: Stage = running ? 'Use' : 'Maintenance'
  const reason = running
    ? `${running.kind} ${running.namespace}/${running.name} in ${sourceText(running)} refers to it`
    : 'no workload refers to it any more'
  const entry = { id: randomUUID(), at: now, actor: 'inventory', facts: [] }
  if (image.mark) {
    if (!running || isBeingDeleted(image, now)) return undefined
    return withoutMark(image, stage, { ...entry, runId: image.mark.runId, reason })
  }
  if (image.stage === stage) return undefined
  const change = { ...entry, action: 'stage-changed' as const, digest: image.digest, reason: `${stage}: ${reason}` }
  return { ...image, stage, change }
}
