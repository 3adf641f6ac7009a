import pMap from 'p-map'
import { secondsOf } from '../../shared/domain/instant.ts'
import { changedBy, type PolicyRecord, type RunRecord } from '../../shared/domain/records/policies.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { parsePolicyName } from '../connect/find-policy.ts'
import type { Installation } from '../connect/installation.ts'
import { nearestOf } from '../connect/nearest.ts'
import { commandName } from '../io/command-name.ts'

/** What narrows the runs; all of them where nothing does. */
export interface RunsRequest {
  /** `NAMESPACE/NAME`, or `CLUSTER/NAMESPACE/NAME`. */
  readonly policy?: string
  readonly namespace?: string
  readonly since?: Date
}

/** One run of one policy. Times RFC 3339, UTC. */
export interface ShownRun {
  /** `CLUSTER/NAMESPACE/POLICY/RUN`, for `restore --run`. */
  readonly run: string
  readonly policy: string
  readonly trigger: RunRecord['trigger']
  readonly result: RunRecord['result']
  readonly dryRun: boolean
  readonly startedAt: string
  readonly endedAt?: string
  /** Tags that it found to delete. */
  readonly marked: number
  readonly deleted: number
  /** What went into the archive of its registry; of policies with `action: Archive` alone. */
  readonly archived?: number
  readonly failed: number
  /** Of a dry run: what it would free. */
  readonly freedBytes: number
  readonly message: string
  /** The command that puts back what it deleted or archived; absent where that was nothing. */
  readonly undo?: string
}

export interface ShownRuns {
  readonly runs: readonly ShownRun[]
  /** Policies whose earlier runs are not kept, though they may be asked for; each keeps as many as its historyLimit says. */
  readonly forgotten: readonly { readonly policy: string; readonly before: string }[]
}

const lookupsAtOnce = 16

/**
 * The runs that policies remember, newest first, also of policies whose object is gone: one query a cluster. Throws
 * InvalidInputError for a policy that never ran, with those that did.
 */
export async function listRuns(request: RunsRequest, { settings, store }: ReadsOfRuns): Promise<ShownRuns> {
  const clusters = settings.clusters.map(({ name }) => name)
  const id = request.policy === undefined ? undefined : policyId(request.policy, clusters)
  const records = (await pMap(clusters, name => store.listPolicies(name), { concurrency: lookupsAtOnce })).flat()
  if (id !== undefined && !records.some(record => record.id === id)) throw neverRan(id, records)
  const asked = records.filter(
    record =>
      (id === undefined || record.id === id) &&
      (request.namespace === undefined || record.id.split('/')[1] === request.namespace),
  )
  const isAsked = ({ startTime }: RunRecord): boolean => request.since === undefined || startTime >= request.since
  return {
    runs: asked
      .flatMap(record => record.runs.filter(isAsked).map(run => ({ record, run })))
      .sort((a, b) => b.run.startTime.getTime() - a.run.startTime.getTime() || (a.record.id < b.record.id ? -1 : 1))
      .map(({ record, run }) => shownRun(record, run)),
    forgotten: asked.flatMap(record => forgottenOf(record, isAsked)),
  }
}

type ReadsOfRuns = Pick<Installation, 'settings' | 'store'>

function policyId(text: string, clusters: readonly string[]): string {
  const { cluster, namespace, name } = parsePolicyName(text, clusters)
  return `${cluster}/${namespace}/${name}`
}

const neverRan = (id: string, records: readonly PolicyRecord[]): InvalidInputError => {
  const known = nearestOf(
    id,
    records.map(record => record.id),
  )
  return new InvalidInputError(
    `--policy: expected a policy that ran, found no run of ${id}; ${known.length === 0 ? 'none ran yet' : `known are ${known.join(', ')}`}`,
  )
}

/** A run as the commands show it. */
export function shownRun({ id }: PolicyRecord, run: RunRecord): ShownRun {
  const { runId, trigger, result, dryRun, startTime, completionTime, candidates, deleted, archived, failed } = run
  const name = `${id}/${runId}`
  return {
    run: name,
    policy: id,
    trigger,
    result,
    dryRun,
    startedAt: secondsOf(startTime),
    ...(completionTime && { endedAt: secondsOf(completionTime) }),
    marked: candidates,
    deleted,
    ...(archived !== undefined && { archived }),
    failed,
    freedBytes: run.freedBytes,
    message: run.message,
    ...(changedBy(run) > 0 && !dryRun && { undo: `${commandName} restore --run ${name}` }),
  }
}

/** Where the policy deleted more than its runs tell, the oldest of which was asked for: others came before it. */
function forgottenOf(
  { id, runs, totalDeleted }: PolicyRecord,
  isAsked: (run: RunRecord) => boolean,
): ShownRuns['forgotten'] {
  const oldest = runs.at(-1)
  if (oldest === undefined || !isAsked(oldest)) return []
  const told = runs.reduce((sum, { deleted, dryRun }) => sum + (dryRun ? 0 : deleted), 0)
  return told < totalDeleted ? [{ policy: id, before: secondsOf(oldest.startTime) }] : []
}
