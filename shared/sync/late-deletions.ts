import { createHash } from 'node:crypto'
import { BytesFreed } from '../domain/bytes-freed.ts'
import { addFreedShares } from '../domain/freed-shares.ts'
import { nothingFreed } from '../domain/freed-since.ts'
import type { BegunDeletion, ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { PolicyRecord, RunRecord } from '../domain/records/policies.ts'
import type { Draft, Store } from '../ports/store.ts'
import { saveLatest } from '../records/save-latest.ts'

/**
 * What a run had begun to delete and the registry does not hold any more, without a record of how the deletion ended.
 */
export interface LateDeletion {
  readonly begun: BegunDeletion
  /** As the items of the run name what is gone now. */
  readonly names: readonly string[]
  /** The whole image, where it is gone. */
  readonly image?: ImageRecord
}

export const lateTag = (begun: BegunDeletion, { repository, tag }: TagRecord): LateDeletion => ({
  begun,
  names: begun.tags.includes(tag) ? [`${repository}:${tag}`] : [],
})

/** With all tags that went along: a run counts those, and the digest where there were none. */
export function lateImage(begun: BegunDeletion, image: ImageRecord): LateDeletion {
  const { repository, digest } = image
  const tagged = begun.tags.map(tag => `${repository}:${tag}`)
  return { begun, names: tagged.length > 0 ? tagged : [`${repository}@${digest}`], image }
}

const attempts = 8
/** Counted names that are remembered: far more than can be under way between a count and the write of its image. */
const remembered = 500

/**
 * Corrects the runs that had begun with these: deleted in the place of failed. For before the images are written as
 * gone; what was counted already is not counted again, so that it may be killed and repeated at any time. A run that is
 * not remembered any more is left alone.
 */
export async function countLateDeletions(
  repository: string,
  late: readonly LateDeletion[],
  store: Pick<Store, 'findPolicy' | 'savePolicy' | 'listImages'>,
): Promise<void> {
  if (late.length === 0) return
  const gone = new Set(late.flatMap(({ image }) => image?.digest ?? []))
  const staying = (await store.listImages(repository)).filter(
    ({ digest, goneAt }) => goneAt === undefined && !gone.has(digest),
  )
  for (const [policy, own] of Map.groupBy(late, ({ begun }) => begun.policy))
    await saveLatest(async () => {
      const record = await store.findPolicy(policy)
      const corrected = record && correctedRecord(record, own, staying)
      if (corrected) await store.savePolicy(corrected, record)
    }, attempts)
}

function correctedRecord(
  record: PolicyRecord,
  late: readonly LateDeletion[],
  staying: readonly ImageRecord[],
): Draft<PolicyRecord> | undefined {
  let draft: Draft<PolicyRecord> = record
  for (const [runId, own] of Map.groupBy(late, ({ begun }) => begun.runId)) draft = withRun(draft, runId, own, staying)
  return draft === record ? undefined : draft
}

function withRun(
  record: Draft<PolicyRecord>,
  runId: string,
  late: readonly LateDeletion[],
  staying: readonly ImageRecord[],
): Draft<PolicyRecord> {
  const counted = new Set(record.counted)
  const isNew = (name: string) => !counted.has(keyOf(runId, name))
  const names = new Set(late.flatMap(one => one.names).filter(isNew))
  const failures = new Set(late.filter(({ begun }) => begun.isFailure).flatMap(one => one.names.filter(isNew)))
  const images = late.flatMap(({ image }) => (image && isNew(bytesOf(image)) ? [image] : []))
  const run = record.runs.find(one => one.runId === runId)
  if (run === undefined || names.size + images.length === 0) return record
  const freed = freedBy(images, staying)
  const next = corrected(run, names, failures.size, freed)
  const keys = [...names, ...images.map(bytesOf)].map(name => keyOf(runId, name))
  const endedAt = next.result === 'Success' && run.result !== 'Success' ? next.completionTime : undefined
  const isLatest = endedAt !== undefined && !(record.lastSuccessfulTime && record.lastSuccessfulTime > endedAt)
  return {
    ...record,
    ...(isLatest && { lastSuccessfulTime: endedAt }),
    counted: [...counted, ...keys].slice(-remembered),
    totalDeleted: record.totalDeleted + names.size,
    totalFreedBytes: record.totalFreedBytes + freed.total,
    runs: record.runs.map(one => (one === run ? next : one)),
  }
}

/** Short, since a record holds many. */
const keyOf = (runId: string, name: string): string =>
  createHash('sha256').update(`${runId} ${name}`).digest('base64url').slice(0, 12)

/** Under which the bytes of an image are counted, apart from its tags. */
const bytesOf = ({ repository, digest }: ImageRecord): string => `bytes of ${repository}@${digest}`

function freedBy(images: readonly ImageRecord[], staying: readonly ImageRecord[]) {
  if (images.length === 0) return nothingFreed
  const bytes = new BytesFreed()
  for (const image of images) bytes.add(image.repository, image, true)
  for (const image of staying) bytes.add(image.repository, image, false)
  return bytes.sum()
}

function corrected(
  run: RunRecord,
  names: ReadonlySet<string>,
  failures: number,
  freed: ReturnType<typeof freedBy>,
): RunRecord {
  const deleted = run.deleted + names.size
  // A run that was killed before it reported a failure never counted it.
  const failed = Math.max(0, run.failed - failures)
  const shares = addFreedShares(run.freed, freed)
  return {
    ...run,
    deleted,
    failed,
    ...(run.result === 'PartialFailure' && failed === 0 && !run.leftAlone && { result: 'Success' as const }),
    freedBytes: run.freedBytes + freed.total,
    ...(shares && { freed: shares }),
    message: run.message.replace(/^\d+ deleted, \d+ failed/, `${deleted} deleted, ${failed} failed`),
    items: run.items.map(item =>
      item.action === 'Failed' && names.has(item.image)
        ? { ...item, action: 'Deleted' as const, message: `the registry carried it out later; before: ${item.message}` }
        : item,
    ),
  }
}
