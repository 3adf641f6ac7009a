import type { PolicyRecord, RunRecord, SweepItem } from '../../shared/domain/records.ts'
import type { Rule } from '../../shared/domain/verdict.ts'
import type { Draft } from '../../shared/ports/store.ts'
import type { Evaluation } from '../../shared/sweep/evaluate-policy.ts'
import type { DueRun } from './due-run.ts'

const shownItems = 50

interface RunFacts {
  readonly evaluation: Evaluation
  readonly due: Exclude<DueRun, { kind: 'missed' }>
  readonly record: PolicyRecord | undefined
  /** Why nothing was done; undefined when the run goes on. */
  readonly stopped: string | undefined
  /** True while marks wait for their grace or for their execution. */
  readonly waiting: boolean
  readonly skipped: number
  readonly nextAt: Date | undefined
  readonly now: Date
}

/** The run as it stands after planning; what executions have reported of the same run is kept. */
export function finishedRun(facts: RunFacts): RunRecord {
  const { evaluation, due, stopped, waiting, now } = facts
  const before = facts.record?.runs.find(run => run.runId === due.runId)
  const { decisions } = evaluation.judgement
  const kept = (rules: readonly Rule[]) =>
    decisions.filter(one => one.verdict === 'keep' && rules.includes(one.rule)).length
  const candidates = evaluation.doomedTags.length
  return {
    runId: due.runId,
    trigger: before?.trigger ?? (due.kind === 'manual' ? 'Manual' : 'Scheduled'),
    result: resultOf(facts, before),
    startTime: before?.startTime ?? due.at,
    ...(!waiting && { completionTime: now }),
    dryRun: evaluation.policy.spec.dryRun,
    scanned: before?.scanned ?? decisions.length,
    candidates: Math.max(candidates, before?.candidates ?? 0),
    deleted: before?.deleted ?? 0,
    failed: before?.failed ?? 0,
    keptRecent: kept(['keepRecent', 'semver', 'floating']),
    keptInUse: kept(['in-use', 'usage-incomplete']),
    keptExcluded: kept(['excluded', 'keepTags']),
    freedBytes: before?.freedBytes ?? 0,
    message: stopped ?? messageOf(facts, before),
    items: evaluation.policy.spec.dryRun ? wouldDelete(evaluation) : (before?.items ?? []),
  }
}

function resultOf({ stopped, waiting }: RunFacts, before: RunRecord | undefined): RunRecord['result'] {
  if (stopped !== undefined) return 'Failed'
  if (waiting) return 'Running'
  return (before?.failed ?? 0) > 0 ? 'PartialFailure' : 'Success'
}

function messageOf({ evaluation, waiting, skipped, nextAt }: RunFacts, before: RunRecord | undefined): string {
  const doomed = `${evaluation.doomedTags.length} tags and ${count(evaluation)} digests doomed`
  const left = skipped > 0 ? `; ${skipped} repositories left alone because their last sync did not succeed` : ''
  if (evaluation.policy.spec.dryRun) return `dry run: ${doomed}${left}`
  if (nextAt) return `${doomed}; marked, deleted after ${nextAt.toISOString()} unless something needs them${left}`
  if (waiting) return `${doomed}; grace is over, verified again and deleted now${left}`
  return `${before?.deleted ?? 0} deleted, ${before?.failed ?? 0} failed, nothing else doomed${left}`
}

const count = (evaluation: Evaluation): number =>
  [...evaluation.doomedDigests.values()].reduce((sum, digests) => sum + digests.size, 0)

function wouldDelete(evaluation: Evaluation): SweepItem[] {
  return evaluation.doomedTags.slice(0, shownItems).map(({ repository, tag, digest }) => {
    const object = evaluation.covered.find(one => one.repository === repository && one.tag === tag)?.object.metadata
    const decision = evaluation.judgement.decisions.find(one => one.repository === repository && one.digest === digest)
    return {
      namespace: object?.namespace ?? evaluation.policy.object.metadata.namespace,
      name: object?.name ?? tag,
      image: `${repository}:${tag}`,
      action: 'WouldDelete' as const,
      reason: decision?.rule ?? 'none',
      message: (decision?.reason ?? '').slice(0, 512),
    }
  })
}

/** The policy's record with this run in first place; a run that was superseded while it waited is closed. */
export function withRun(
  start: Draft<PolicyRecord>,
  run: RunRecord,
  due: DueRun,
  historyLimit: number,
): Draft<PolicyRecord> {
  const older = start.runs
    .filter(one => one.runId !== run.runId)
    .map(one =>
      one.result === 'Running'
        ? {
            ...one,
            result: 'Success' as const,
            completionTime: run.startTime,
            message: `${one.message}; taken over by run ${run.runId}`,
          }
        : one,
    )
  return {
    ...start,
    ...(due.kind === 'scheduled' && { lastScheduleTime: due.at }),
    ...(due.kind === 'manual' && due.manualRun && { lastHandledManualRun: due.manualRun }),
    ...(run.result === 'Success' && !run.dryRun && { lastSuccessfulTime: run.completionTime ?? run.startTime }),
    runs: [run, ...older].slice(0, Math.max(1, historyLimit)),
  }
}
