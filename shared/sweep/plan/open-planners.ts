import type { PolicyRecord } from '../../domain/records/policies.ts'
import { judgingCost } from '../../domain/retention/judging-budget.ts'
import { UnreadableRecordError } from '../../errors.ts'
import { type Policy, policyIdOf, type RefusedPolicy, restoreAnnotation } from '../../objects/policy-object.ts'
import type { Cluster, CustomObject } from '../../ports/cluster.ts'
import { type ClusterLists, unreadFor, unreadText } from '../world/cluster-lists.ts'
import type { Policies } from '../world/list-policies.ts'
import { isOpen } from './answer-restore.ts'
import { findWaiting, isLate } from './due-since.ts'
import type { TurnTaker } from './namespace-turns.ts'
import { attempt, type PlanLog } from './plan-attempt.ts'
import type { PlanDeps } from './plan-deps.ts'
import { announceAnswer, answerOne, planOne, restoreOne, takeRestoreOff } from './plan-one.ts'
import { problemOf } from './policy-conditions.ts'
import type { PolicyFacts } from './policy-facts.ts'
import { recordOf } from './policy-start.ts'
import { readScope } from './read-scope.ts'
import { showPolicy } from './show-policy.ts'
import { hasOpenWork, withdrawMarks } from './withdraw-marks.ts'

/** One policy that is to be planned, or of which only the status is to be shown. */
export interface Planner extends TurnTaker {
  /** `cluster/namespace/name`. */
  readonly id: string
  readonly namespace: string
  readonly plan: () => Promise<void>
  /** Shows that a run of the planner did not come to it, where it is late. */
  readonly notePassedOver: (why: string) => Promise<void>
}

/** What every planner of a cluster is made of. */
interface Opening {
  readonly cluster: Cluster
  readonly lists: ClusterLists
  readonly deps: PlanDeps
  readonly log: PlanLog
  /** By the kill switch. */
  readonly isPaused: boolean
  readonly show: (facts: Omit<PolicyFacts, 'record' | 'missingRights'>) => Promise<void>
}

/**
 * The policies of a cluster, also those that cannot be read or whose objects are gone, and when each of its namespaces
 * (`cluster/namespace`) last had a turn. The records are read at once and may lag behind: they decide which comes
 * first, and each turn reads its own afresh.
 */
export async function openPlanners(
  cluster: Cluster,
  { accepted, refused }: Policies,
  lists: ClusterLists,
  deps: PlanDeps,
  log: PlanLog,
): Promise<{ readonly planners: readonly Planner[]; readonly lastTurns: ReadonlyMap<string, Date> }> {
  const [records, missingRights, isPaused] = await Promise.all([
    deps.store.listPolicies(cluster.name),
    findMissingRights(cluster, deps.store),
    deps.killSwitch.isPaused(),
  ])
  const show: Opening['show'] = facts => showPolicy(cluster, { ...facts, missingRights }, deps)
  const opening = { cluster, lists, deps, log, isPaused, show }
  const present = new Set([...accepted, ...refused].map(({ object }) => policyIdOf(object)))
  const gone = records.filter(one => hasOpenWork(one) && !present.has(one.id))
  const recordsById = new Map(records.map(one => [one.id, one]))
  const planners = [
    ...gone.map(record => plannerOfGone(record, opening)),
    ...refused.map(one => plannerOfRefused(one, opening)),
    ...accepted.map(policy => plannerOfAccepted(policy, recordOf(policy, recordsById.get(policy.id)), opening)),
  ]
  return { planners, lastTurns: lastTurnsOf(records) }
}

function lastTurnsOf(records: readonly PolicyRecord[]): ReadonlyMap<string, Date> {
  const last = new Map<string, Date>()
  for (const { id, plannedAt } of records) {
    const before = last.get(ownerOf(id))
    if (plannedAt !== undefined && (before === undefined || before < plannedAt)) last.set(ownerOf(id), plannedAt)
  }
  return last
}

const ownerOf = (id: string): string => id.slice(0, id.lastIndexOf('/'))

const whoOf = (id: string): Pick<Planner, 'id' | 'owner' | 'namespace'> => {
  const owner = ownerOf(id)
  return { id, owner, namespace: owner.slice(owner.lastIndexOf('/') + 1) }
}

/** In which order the policies of a namespace come, see {@link TurnTaker}. What changed and is not due takes nothing. */
const ranks = { changed: 0, due: 1, rest: 2 } as const

const rankOf = ({ metadata, status }: CustomObject): number =>
  status.observedGeneration === metadata.generation ? ranks.rest : ranks.changed

const noteNothing = async (): Promise<void> => undefined

/** Lifts the marks of a policy whose object is gone, which would stay for ever. */
const plannerOfGone = (record: PolicyRecord, { deps }: Opening): Planner => ({
  ...whoOf(record.id),
  rank: ranks.changed,
  weight: 0,
  plannedAt: record.plannedAt,
  plan: async () => {
    await withdrawMarks(record, { reason: 'the policy was deleted', skipReason: 'PolicyDeleted' }, deps)
  },
  notePassedOver: noteNothing,
})

/** Lifts the marks of a policy that cannot be read, since nothing would execute them. */
const plannerOfRefused = ({ id, object, message }: RefusedPolicy, { deps, log, show }: Opening): Planner => ({
  ...whoOf(id),
  rank: rankOf(object),
  weight: 0,
  plannedAt: undefined,
  plan: async () => {
    log.warn('policy refused', { detail: message })
    await attempt(id, log, async () => {
      const record = await deps.store.findPolicy(id)
      const reason = `the policy cannot be read: ${message}`
      if (record) await withdrawMarks(record, { reason, skipReason: 'InvalidSpec' }, deps)
    })
    await show({ object, policy: undefined, problem: { reason: 'InvalidSpec', message } })
  },
  notePassedOver: noteNothing,
})

function plannerOfAccepted(policy: Policy, record: PolicyRecord | undefined, opening: Opening): Planner {
  const { cluster, lists, deps, log, isPaused, show } = opening
  const { id, object } = policy
  const waiting = findWaiting(policy, record, deps.now())
  const showWith = async (error?: Parameters<typeof problemOf>[1], passedOver?: string) => {
    const { coverage, heldByDryRun, repositories, ...leftOut } = await readScope(cluster, policy, lists)
    const problem = problemOf(
      policy,
      error,
      { isPaused, unread: unreadText(unreadFor(lists.unread, repositories, lists.rulebook)) },
      leftOut,
    )
    await show({
      object,
      policy,
      problem,
      coverage,
      ...(heldByDryRun !== undefined && { heldByDryRun }),
      ...(passedOver !== undefined && { passedOver }),
    })
  }
  return {
    ...whoOf(id),
    rank: waiting ? ranks.due : rankOf(object),
    weight: judgingCost(policy.spec, oneTag),
    plannedAt: record?.plannedAt,
    plan: async () => {
      const answer = await answerOne(policy, lists, deps, log)
      const error = await planOne(policy, lists, deps, log)
      // After the turn is noted: a restore that ends the invocation does not begin the next one as well.
      const isRestoreTaken = mayRestore(policy, record) && (await restoreOne(policy, deps, log))
      await showWith(error)
      if (answer) await attempt(id, log, () => announceAnswer(cluster, policy, answer))
      if (isRestoreTaken) await attempt(id, log, () => takeRestoreOff(cluster, policy, deps))
    },
    notePassedOver: async why => {
      if (waiting && isLate(waiting, deps.now())) await showWith(undefined, why)
    },
  }
}

/** The record may lag, and what it does not show yet is seen a minute later. */
const mayRestore = ({ object }: Policy, record: PolicyRecord | undefined): boolean =>
  object.metadata.annotations[restoreAnnotation] !== undefined ||
  (record?.restore !== undefined && isOpen(record.restore))

const oneTag = { tags: 1, characters: 20 }

/** Of an inventory that cannot be read nothing is claimed here; the planner keeps everything because of it. */
async function findMissingRights({ name }: Cluster, store: PlanDeps['store']): Promise<readonly string[]> {
  try {
    return (await store.findInventory(name))?.missingRights ?? []
  } catch (error) {
    if (!(error instanceof UnreadableRecordError)) throw error
    return []
  }
}
