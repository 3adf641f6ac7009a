import { addFreedShares } from '../../domain/freed-shares.ts'
import { changedBy, type PolicyRecord, type RunRecord, type SweepItem } from '../../domain/records/policies.ts'
import { deletionReason } from '../../domain/retention/deletion-reason.ts'
import type { Rule } from '../../domain/retention/rules.ts'
import type { Draft } from '../../ports/store.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import { tagKey } from '../world/rivals.ts'
import type { DueRun, MissedRun } from './due-run.ts'
import { notSynced, type RunFacts, runMessage } from './run-message.ts'
import { wouldFree } from './would-free.ts'

const shownItems = 50
/** Of runs before the last one fewer are kept, so that the record stays small whatever `historyLimit` says. */
const shownItemsOfOlder = 10

/** The run as it stands after planning; what executions have reported of the same run is kept. */
export function plannedRun(facts: RunFacts): RunRecord {
  const { evaluation, due, now } = facts
  const before = facts.runs.find(run => run.runId === due.runId)
  const isWaiting = waits(facts)
  const { completionTime: _c, leftAlone, ...run } = before ?? newRun(due, evaluation.policy.spec.dryRun)
  return {
    ...(facts.isPart ? run : { ...withoutWaiting(run), ...waitingOf(facts), ...countsOf(evaluation, before) }),
    ...(isWaiting ? leftAlone && { leftAlone } : leftAloneAtEnd(facts.world)),
    result: resultOf(facts, before, isWaiting),
    ...(!isWaiting && { completionTime: now }),
    message: runMessage(facts, before),
    ...(evaluation.policy.spec.dryRun && dryRunResult(evaluation)),
  }
}

/**
 * True while marks wait for their grace, for their execution, or for the end of a pause. A run ends only when everything
 * was looked at: the list of its marks may lag behind.
 */
export const waits = ({ plan, isPart }: Pick<RunFacts, 'plan' | 'isPart'>): boolean =>
  plan !== undefined && (plan.standing > 0 || isPart)

/** A run that has begun and done nothing yet. */
export const newRun = (due: DueRun | MissedRun, dryRun: boolean): RunRecord => ({
  runId: due.runId,
  ...(due.kind === 'manual' && { manualRun: due.manualRun }),
  trigger: triggers[due.kind],
  result: 'Running',
  startTime: due.at,
  dryRun,
  scanned: 0,
  candidates: 0,
  deleted: 0,
  failed: 0,
  keptRecent: 0,
  keptInUse: 0,
  keptExcluded: 0,
  freedBytes: 0,
  message: 'marking what is to be deleted',
  items: [],
})

const triggers = {
  scheduled: 'Scheduled',
  missed: 'Scheduled',
  continue: 'Scheduled',
  approved: 'Manual',
  manual: 'Manual',
  pressure: 'StoragePressure',
} as const

const withoutWaiting = ({ waitForPace: _p, waitForApproval: _a, ...run }: RunRecord): RunRecord => run

/** What is left to later runs and to a person; a look at a part of the policy does not show it. */
const waitingOf = ({ waitForPace, waiting }: RunFacts): Pick<RunRecord, 'waitForPace' | 'waitForApproval'> => ({
  ...(waitForPace > 0 && { waitForPace }),
  ...(waiting && { waitForApproval: waiting.repositories }),
})

function countsOf(evaluation: Evaluation, before: RunRecord | undefined) {
  const kept = { keptRecent: 0, keptInUse: 0, keptExcluded: 0 }
  const { decisions } = evaluation.judgement
  for (const { verdict, rule } of decisions) {
    const counter = verdict === 'keep' ? counters[rule] : undefined
    if (counter) kept[counter] += 1
  }
  return {
    ...kept,
    scanned: before?.scanned || decisions.length,
    candidates: Math.max(evaluation.tagsToDelete.length, before?.candidates ?? 0),
  }
}

const counters: Readonly<Partial<Record<Rule, 'keptRecent' | 'keptInUse' | 'keptExcluded'>>> = {
  keepRecent: 'keptRecent',
  semver: 'keptRecent',
  floating: 'keptRecent',
  'in-use': 'keptInUse',
  'foreign-host': 'keptInUse',
  'usage-incomplete': 'keptInUse',
  excluded: 'keptExcluded',
  keepTags: 'keptExcluded',
}

/** It failed where it could look at nothing: all that it covers was left alone, and it has done nothing before. */
function resultOf({ world }: RunFacts, before: RunRecord | undefined, isWaiting: boolean): RunRecord['result'] {
  if (isWaiting) return 'Running'
  const failed = before?.failed ?? 0
  if (world.skipped.length === 0) return failed > 0 ? 'PartialFailure' : 'Success'
  return world.worlds.length === 0 && failed + (before ? changedBy(before) : 0) === 0 ? 'Failed' : 'PartialFailure'
}

const shownLeftAlone = 10

/** Kept with the run that ended: whatever else is counted later, it was not a success. */
function leftAloneAtEnd({ skipped }: RunFacts['world']): Pick<RunRecord, 'leftAlone'> {
  const leftAlone = skipped
    .slice(0, shownLeftAlone)
    .map(({ id, unreadable }) => ({ repository: id, message: unreadable ?? `left alone because ${notSynced}` }))
  return leftAlone.length > 0 ? { leftAlone } : {}
}

/** What a dry run would delete and free. */
function dryRunResult(evaluation: Evaluation): Pick<RunRecord, 'items' | 'freedBytes' | 'freed'> {
  const freed = wouldFree(evaluation)
  const shares = addFreedShares(undefined, freed)
  return { items: wouldDelete(evaluation), freedBytes: freed.total, ...(shares && { freed: shares }) }
}

function wouldDelete(evaluation: Evaluation): SweepItem[] {
  const shown = evaluation.tagsToDelete.slice(0, shownItems)
  const objects = new Map(
    evaluation.covered.flatMap(one =>
      one.tag === undefined ? [] : [[tagKey(one.repository, one.tag), one.object.metadata] as const],
    ),
  )
  return shown.map(({ repository, tag, reason }) => {
    const object = objects.get(tagKey(repository, tag))
    return {
      namespace: object?.namespace ?? evaluation.policy.object.metadata.namespace,
      name: object?.name ?? tag,
      image: `${repository}:${tag}`,
      action: evaluation.policy.spec.action === 'Archive' ? 'WouldArchive' : 'WouldDelete',
      reason: deletionReason(evaluation.policy.spec, reason),
      message: reason.slice(0, 512),
    }
  })
}

/** The policy's record with this run in first place; a run that was superseded while it waited is closed. */
export function withRun(start: Draft<PolicyRecord>, run: RunRecord, historyLimit: number): Draft<PolicyRecord> {
  const older = start.runs.filter(one => one.runId !== run.runId).map(one => superseded(one, run))
  return { ...start, runs: [run, ...older].slice(0, Math.max(1, historyLimit)) }
}

function superseded(one: RunRecord, by: RunRecord): RunRecord {
  const items = one.items.slice(0, shownItemsOfOlder)
  if (one.result !== 'Running') return { ...one, items }
  const done = changedBy(one) > 0 ? ('Success' as const) : ('Skipped' as const)
  return {
    ...one,
    items,
    result: one.failed > 0 || one.leftAlone !== undefined ? 'PartialFailure' : done,
    completionTime: by.startTime,
    message: `${one.message}; taken over by run ${by.runId}`,
  }
}

/** What the record remembers of a due run once it was planned through. */
export const handled = (due: DueRun | MissedRun, run: RunRecord): Partial<PolicyRecord> => ({
  ...((due.kind === 'scheduled' || due.kind === 'missed') && { lastScheduleTime: due.at }),
  ...(due.kind === 'manual' && { lastHandledManualRun: due.manualRun }),
  ...(run.result === 'Success' && !run.dryRun && { lastSuccessfulTime: run.completionTime ?? run.startTime }),
})
