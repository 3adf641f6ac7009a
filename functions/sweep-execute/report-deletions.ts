import type { PolicyRecord, RunRecord, SweepItem } from '../../shared/domain/records.ts'
import { ConflictError } from '../../shared/errors.ts'
import type { Draft, Store } from '../../shared/ports/store.ts'
import type { Policy } from '../../shared/sweep/policy-object.ts'
import type { RepositoryWorld } from '../../shared/sweep/read-world.ts'

/** What one execution did in one repository. */
export interface SweepReport {
  items: SweepItem[]
  deletedImages: number
  deletedDigests: string[]
  message: string
  /** As it was read before the deletions; absent when nothing was tried. */
  world: RepositoryWorld | undefined
}

const shownItems = 50
const attempts = 5

/** Adds the report to the policy's run and asks the planner to look again. Repeated when another execution wrote first. */
export async function reportDeletions(
  policy: Policy,
  runId: string,
  report: SweepReport,
  deps: { readonly store: Store; readonly now: () => Date },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const record = await deps.store.findPolicy(policy.id)
    if (!record) return
    try {
      await deps.store.savePolicy(withReport(record, runId, report, deps.now()), record)
      return
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === attempts) throw error
    }
  }
}

function withReport(record: PolicyRecord, runId: string, report: SweepReport, now: Date): Draft<PolicyRecord> {
  const deleted = report.items.filter(item => item.action === 'Deleted').length
  const freedBytes = report.world ? freedBytesOf(report.world, new Set(report.deletedDigests)) : 0
  const add = (run: RunRecord): RunRecord => ({
    ...run,
    deleted: run.deleted + deleted,
    failed: run.failed + report.items.length - deleted,
    freedBytes: run.freedBytes + freedBytes,
    message: report.message,
    items: [...report.items, ...run.items].slice(0, shownItems),
  })
  return {
    ...record,
    wakeAt: now,
    totalDeleted: record.totalDeleted + deleted,
    totalFreedBytes: record.totalFreedBytes + freedBytes,
    runs: record.runs.map(run => (run.runId === runId ? add(run) : run)),
  }
}

/** Bytes of the layers and configs that no image uses any more; a layer that several deleted images shared counts once. */
function freedBytesOf(world: RepositoryWorld, deleted: ReadonlySet<string>): number {
  const kept = new Set(
    world.images
      .filter(image => !deleted.has(image.digest))
      .flatMap(image => (image.blobs ?? []).map(blob => blob.digest)),
  )
  const freed = new Map(
    world.images
      .filter(image => deleted.has(image.digest))
      .flatMap(image => (image.blobs ?? []).map(blob => [blob.digest, blob.sizeBytes] as const)),
  )
  return [...freed].reduce((sum, [digest, sizeBytes]) => sum + (kept.has(digest) ? 0 : sizeBytes), 0)
}
