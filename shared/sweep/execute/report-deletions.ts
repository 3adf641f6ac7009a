import { addFreedShares } from '../../domain/freed-shares.ts'
import { leftAloneTexts } from '../../domain/left-alone.ts'
import {
  changedBy,
  doneText,
  type PolicyRecord,
  type RunRecord,
  type SweepItem,
} from '../../domain/records/policies.ts'
import type { Draft, Store } from '../../ports/store.ts'
import { saveLatest } from '../../records/save-latest.ts'
import { type SweepShare, shownDeletions } from './sweep-tally.ts'

/** What one execution did in one repository, or a part of it. */
export interface SweepReport extends SweepShare {
  /** `cluster/namespace/name` of the policy. */
  readonly policy: string
  readonly runId: string
  /** `registry/path` */
  readonly repository: string
  readonly message: string
  /** True where the repository was left as it is. */
  readonly isProblem: boolean
  readonly at: Date
  /** In words, see `Provider.restorableUntil`. */
  readonly restorableUntil: string
  /** When the planner is to look again; absent where nothing new is to be seen. */
  readonly wakeAt?: Date
}

const shownItems = 50
const shownLeftAlone = 10
const shownCharacters = 512
const attempts = 8

/** Adds the report to the policy's run. Repeated when another execution wrote first. */
export async function reportDeletions(report: SweepReport, store: Store): Promise<void> {
  await saveLatest(async () => {
    const record = await store.findPolicy(report.policy)
    if (record) await store.savePolicy(withReport(record, report), record)
  }, attempts)
}

function withReport(record: PolicyRecord, report: SweepReport): Draft<PolicyRecord> {
  const { items, freed, wakeAt } = report
  const amountOf = (action: SweepItem['action']) => items.filter(item => item.action === action).length
  const deleted = amountOf('Deleted')
  const archived = amountOf('Archived')
  const add = (run: RunRecord): RunRecord => {
    const shares = addFreedShares(run.freed, freed)
    const { leftAlone: before = [], ...rest } = run
    const leftAlone = leftAloneAfter(before, report)
    return {
      ...rest,
      ...(leftAlone.length > 0 && { leftAlone }),
      deleted: run.deleted + deleted,
      ...(archived > 0 && { archived: (run.archived ?? 0) + archived }),
      failed: run.failed + items.length - deleted - archived,
      freedBytes: run.freedBytes + freed.total,
      ...(shares && { freed: shares }),
      message: messageOf(report, leftAlone, run),
      items: [...items, ...run.items].slice(0, shownItems),
    }
  }
  return {
    ...record,
    ...(wakeAt && { wakeAt }),
    ...withDeletions(record, report),
    totalDeleted: record.totalDeleted + deleted,
    totalFreedBytes: record.totalFreedBytes + freed.total,
    runs: record.runs.map(run => (run.runId === report.runId ? add(run) : run)),
  }
}

/** Newest first. */
function withDeletions({ deletions: before = [] }: PolicyRecord, report: SweepReport): Pick<PolicyRecord, 'deletions'> {
  const { repository, runId, at } = report
  const restorableUntil = report.restorableUntil.slice(0, shownCharacters)
  const own = report.deletions.map(one => ({ ...one, repository, runId, at, restorableUntil })).toReversed()
  const deletions = [...own, ...before].slice(0, shownDeletions)
  return deletions.length > 0 ? { deletions } : {}
}

type LeftAlone = NonNullable<RunRecord['leftAlone']>

/** Takes the place of what was reported of this repository before. */
function leftAloneAfter(before: LeftAlone, { repository, message, isProblem }: SweepReport): LeftAlone {
  const own = isProblem ? [{ repository, message: message.slice(0, shownCharacters) }] : []
  return [...own, ...before.filter(one => one.repository !== repository)].slice(0, shownLeftAlone)
}

/** The run is more than this repository: where it was left as it is, others may have been swept. */
function messageOf({ message, isProblem }: SweepReport, leftAlone: LeftAlone, run: RunRecord): string {
  if (!isProblem) return [message, ...leftAloneTexts(leftAlone)].join('; ')
  const done = `${doneText(run)} in the repositories of this run so far`
  return [...leftAloneTexts(leftAlone), ...(changedBy(run) + run.failed > 0 ? [done] : [])].join('; ')
}
