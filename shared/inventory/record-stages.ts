import { randomUUID } from 'node:crypto'
import pMap from 'p-map'
import { parseImageName } from '../domain/image-name.ts'
import type { ImageRecord, Stage, UsageRecord } from '../domain/records.ts'
import { anyRepository, currentReferences } from '../domain/usage-records.ts'
import { ConflictError } from '../errors.ts'
import type { Store } from '../ports/store.ts'

const concurrency = 8

/**
 * Moves images between Use and Maintenance when workloads begin or cease to refer to them. A marked image stays in
 * Cleanup until its mark is lifted; a reference to what was never synced moves nothing.
 */
export async function recordStages(changed: readonly UsageRecord[], store: Store, now: Date): Promise<void> {
  const images = await pMap(changed, record => findImage(record, store), { concurrency })
  const once = new Map(images.flatMap(image => (image ? [[`${image.repository}@${image.digest}`, image]] : [])))
  await pMap(once.values(), image => recordStage(image, store, now), { concurrency })
}

async function findImage({ repository, image }: UsageRecord, store: Store): Promise<ImageRecord | undefined> {
  if (repository === anyRepository) return undefined
  const name = parseImageName(image)
  if (name.repository === undefined) return undefined
  const digest = name.digest ?? (await store.findTag(repository, name.tag ?? 'latest'))?.digest
  return digest && store.findImage(repository, digest)
}

async function recordStage(image: ImageRecord, store: Store, now: Date, isRetry = false): Promise<void> {
  const tags = (await store.listTags(image.repository)).filter(
    tag => tag.digest === image.digest && tag.goneAt === undefined,
  )
  const usage = await store.listUsage(image.repository)
  const running = currentReferences(
    usage,
    image.digest,
    tags.map(tag => tag.tag),
  )
  const stage: Stage = running.length > 0 ? 'Use' : 'Maintenance'
  if (image.mark || image.stage === stage) return
  const reason = running[0]
    ? `${running[0].kind} ${running[0].namespace}/${running[0].name} in cluster ${running[0].cluster} refers to it`
    : 'no workload refers to it any more'
  const change = {
    id: randomUUID(),
    at: now,
    actor: 'inventory',
    action: 'stage-changed' as const,
    digest: image.digest,
    reason: `${stage}: ${reason}`,
    facts: [],
  }
  try {
    await store.saveImage({ ...image, stage, change }, image)
  } catch (error) {
    if (!(error instanceof ConflictError) || isRetry) throw error
    const fresh = await store.findImage(image.repository, image.digest)
    if (fresh) await recordStage(fresh, store, now, true)
  }
}
