import { addFreedShares } from '../../domain/freed-shares.ts'
import type { PolicyRecord, RunRecord } from '../../domain/records/policies.ts'
import type { Draft, Store } from '../../ports/store.ts'
import { saveLatest } from '../../records/save-latest.ts'
import type { SweepShare } from './sweep-tally.ts'

/** What one execution did in one repository, or a part of it. */
export interface SweepReport extends SweepShare {
  /** `cluster/namespace/name` of the policy. */
  readonly policy: string
  readonly runId: string
  readonly message: string
  /** When the planner is to look again; absent where nothing new is to be seen. */
  readonly wakeAt?: Date
}

const shownItems = 50
const attempts = 8

/** Adds the report to the policy's run. Repeated when another execution wrote first. */
export async function reportDeletions(report: SweepReport, store: Store): Promise<void> {
  await saveLatest(async () => {
    const record = await store.findPolicy(report.policy)
    if (record) await store.savePolicy(withReport(record, report), record)
  }, attempts)
}

function withReport(record: PolicyRecord, report: SweepReport): Draft<PolicyRecord> {
  const { items, freed, message, wakeAt } = report
  const deleted = items.filter(item => item.action === 'Deleted').length
  const add = (run: RunRecord): RunRecord => {
    const shares = addFreedShares(run.freed, freed)
    return {
      ...run,
      deleted: run.deleted + deleted,
      failed: run.failed + items.length - deleted,
      freedBytes: run.freedBytes + freed.total,
      ...(shares && { freed: shares }),
      message,
      items: [...items, ...run.items].slice(0, shownItems),
    }
  }
  return {
    ...record,
    ...(wakeAt && { wakeAt }),
    totalDeleted: record.totalDeleted + deleted,
    totalFreedBytes: record.totalFreedBytes + freed.total,
    runs: record.runs.map(run => (run.runId === report.runId ? add(run) : run)),
  }
}
