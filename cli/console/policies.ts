import { stringify } from 'yaml'
import { apiVersion } from '../../shared/adapters/cluster/paths.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { findScheduleProblem, nextRunAfter } from '../../shared/domain/schedule.ts'
import { NotFoundError, UnavailableError } from '../../shared/errors.ts'
import { findCondition } from '../../shared/objects/conditions.ts'
import {
  approveAnnotation,
  isPaused,
  type Policy,
  type RefusedPolicy,
  restoreAnnotation,
} from '../../shared/objects/policy-object.ts'
import type { CustomObject } from '../../shared/ports/cluster.ts'
import { manualRunAnnotation } from '../../shared/sweep/plan/due-run.ts'
import { shownRun } from '../runs/list-runs.ts'
import type { PoliciesPage, PolicyPage, ShownPolicy, WaitingApproval } from './api.ts'
import type { ConsoleDeps } from './console-deps.ts'
import { type KnownPolicy, knownPolicies } from './known.ts'
import { type PageAsked, pageOf } from './paging.ts'

/** By name: the policies that clusters have, with what is known of their runs. */
export async function listPolicyPage(asked: PageAsked, deps: ConsoleDeps): Promise<PoliciesPage> {
  const isStopped = await deps.installation.killSwitch.isPaused()
  const { policies, unread } = await knownPolicies(deps)
  const { from: _, items, ...rest } = pageOf(policies, one => one.id, asked)
  return { ...rest, items: items.map(one => shownPolicy(one, isStopped, deps.now())), unread }
}

/** @throws NotFoundError for one that no cluster has, UnavailableError for one of a cluster that cannot be read */
export async function readPolicyPage(name: string, deps: ConsoleDeps): Promise<PolicyPage> {
  const { policies, unread } = await knownPolicies(deps)
  const silent = unread.find(({ cluster }) => name.startsWith(`${cluster}/`))
  if (silent !== undefined)
    throw new UnavailableError(
      `expected the policies of cluster ${silent.cluster}, which cannot be read: ${silent.message}`,
      { kind: 'server' },
    )
  const known = policies.find(({ id }) => id === name)
  if (known === undefined)
    throw new NotFoundError(`expected a policy as CLUSTER/NAMESPACE/NAME that a cluster has, found no ${quoted(name)}`)
  const { found, record } = known
  const { object } = found
  return {
    ...shownPolicy(known, await deps.installation.killSwitch.isPaused(), deps.now()),
    spec: object.spec as PolicyPage['spec'],
    yaml: policyYaml(object, object.spec),
    clamped: isAccepted(found) ? found.clamped : [],
    runs: record === undefined ? [] : record.runs.map(run => shownRun(record, run)),
  }
}

/** Of kubectl, and what is asked of a policy once: applied again, it would be done again. */
const notToApply: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration',
  manualRunAnnotation,
  approveAnnotation,
  restoreAnnotation,
]

/** To apply: what people write of a policy, without what a cluster adds. */
export function policyYaml({ kind, metadata }: CustomObject, spec: unknown): string {
  const { namespace, name, labels } = metadata
  const annotations = Object.entries(metadata.annotations).filter(([key]) => !notToApply.includes(key))
  return stringify({
    apiVersion,
    kind,
    metadata: {
      namespace,
      name,
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
    },
    spec,
  })
}

function shownPolicy({ id, found, record }: KnownPolicy, isStopped: boolean, now: Date): ShownPolicy {
  const ready = findCondition(found.object.status, 'Ready')
  const [last] = record?.runs ?? []
  const waiting = record && waitingOf(found.object, record)
  return {
    policy: id,
    ...(isAccepted(found)
      ? {
          ready: ready?.status === 'True',
          message: ready === undefined ? 'it was not looked at yet' : `${ready.reason}: ${ready.message}`,
          dryRun: found.spec.dryRun,
          paused: isPaused(found),
          suspended: found.spec.suspend,
          ...scheduleOf(found, isStopped, now),
        }
      : { ready: false, message: found.message, dryRun: false, paused: isPaused(found), suspended: false }),
    ...(record && last && { lastRun: shownRun(record, last) }),
    ...(waiting && { waiting }),
    totalDeleted: record?.totalDeleted ?? 0,
    totalFreedBytes: record?.totalFreedBytes ?? 0,
  }
}

const isAccepted = (found: Policy | RefusedPolicy): found is Policy => 'spec' in found

function scheduleOf(policy: Policy, isStopped: boolean, now: Date): Pick<ShownPolicy, 'schedule' | 'nextRunAt'> {
  const { schedule } = policy.spec
  const nextRunAt = nextRunOf(policy, isStopped, now)
  return { ...(schedule !== undefined && { schedule }), ...(nextRunAt !== undefined && { nextRunAt }) }
}

/** When it runs next by its schedule; undefined where it does not, since it has none or is stopped. */
export function nextRunOf(policy: Policy | RefusedPolicy, isStopped: boolean, now: Date): string | undefined {
  if (!isAccepted(policy) || isStopped || policy.spec.suspend || isPaused(policy)) return undefined
  const { schedule, timeZone } = policy.spec
  if (schedule === undefined || findScheduleProblem(schedule, timeZone) !== undefined) return undefined
  return secondsOf(nextRunAfter(schedule, timeZone, now))
}

/** While its condition says that something waits. */
function waitingOf(
  object: CustomObject,
  { approval }: NonNullable<KnownPolicy['record']>,
): WaitingApproval | undefined {
  if (findCondition(object.status, 'ApprovalRequired')?.status !== 'True') return undefined
  return approval?.wanted
}
