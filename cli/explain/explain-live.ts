import { secondsOf } from '../../shared/domain/instant.ts'
import type { PolicyRecord } from '../../shared/domain/records/policies.ts'
import { decisionOn, type Question } from '../../shared/domain/retention/explain/question.ts'
import { JudgingBudgetError } from '../../shared/domain/retention/judging-budget.ts'
import type { Usage } from '../../shared/domain/usage.ts'
import type { Policy, RefusedPolicy } from '../../shared/objects/policy-object.ts'
import type { Store } from '../../shared/ports/store.ts'
import { judgeLook } from '../../shared/sweep/plan/look-at-policy.ts'
import { type AllClusters, ClusterLists, unreadFor } from '../../shared/sweep/world/cluster-lists.ts'
import type { CoveredObject } from '../../shared/sweep/world/covered-object.ts'
import { type Evaluation, judgeCovered, scopeOf } from '../../shared/sweep/world/evaluate-policy.ts'
import { coveredBy, coveredByRefused } from '../../shared/sweep/world/policy-scope.ts'
import { type PolicyWorld, policyWorldOf } from '../../shared/sweep/world/read-policy-world.ts'
import { imagesOf, type RepositoryWorld, readRepositoryWorld } from '../../shared/sweep/world/read-world.ts'
import type { KnownImage } from '../connect/find-image.ts'
import type { Installation } from '../connect/installation.ts'
import { otherKeepingPolicies } from '../plan/keeping-policies.ts'
import { type StoppedEverywhere, stoppedBy } from '../plan/next-sweep.ts'
import { plannedDeletionOf } from '../plan/planned-deletion.ts'
import { sweptDecisions } from '../plan/swept-decisions.ts'
import { explainPolicy } from './explain-policy.ts'
import type { PolicyExplanation } from './explanation.ts'
import { deletionWhileWaiting, waitingOf } from './waiting.ts'

/** The live state around one image: its repository, what tracks it, and what each policy says. */
export interface LiveView {
  readonly world: RepositoryWorld
  readonly usage: Usage
  /** The Repository objects of all clusters that track it. */
  readonly objects: readonly CoveredObject[]
  readonly policies: readonly PolicyExplanation[]
}

/**
 * Reads what is known of an image and asks every policy of every cluster that covers it. Writes nothing. Throws what
 * keeps a cluster from being read that pulls from there: its policies may say anything.
 */
export async function viewLive(found: KnownImage, installation: Installation, now: Date): Promise<LiveView> {
  const { store, killSwitch, settings, rulebook } = installation
  const lists = new ClusterLists(await installation.connectClusters(), rulebook, settings.awsWorkloads)
  const [all, repository] = await Promise.all([lists.all(), readRepositoryWorld(found.repository, store, rulebook)])
  const unread = unreadFor(all.unread, new Set([found.repository]), rulebook)
  for (const error of unread.values()) throw error
  const tracked = all.tracked.filter(one => one.repository === found.repository)
  const world = await policyWorldOf([repository], tracked, now, {
    store,
    clusters: lists.workloadSources,
    registries: rulebook,
  })
  const tags = tagsOf(found, repository)
  const objects = tracked.filter(one => one.tag === undefined || tags.includes(one.tag))
  const covering = all.accepted.filter(policy => coveredBy(policy, objects).length > 0)
  const state: State = { found, world, all, stops: { isStopped: await killSwitch.isPaused(), unread } }
  const policies = await Promise.all(
    covering.map(async policy => {
      try {
        return await explainOne(policy, state, await store.findPolicy(policy.id), store)
      } catch (error) {
        if (!(error instanceof JudgingBudgetError)) throw error
        return [explainRefused({ id: policy.id, object: policy.object, message: error.message })]
      }
    }),
  )
  const unreadable = all.refused.filter(({ object }) => coveredByRefused(object, objects).length > 0)
  const explained = [...policies.flat(), ...unreadable.map(explainRefused)]
  return { world: repository, usage: world.usage, objects, policies: explained }
}

interface State {
  readonly found: KnownImage
  readonly world: PolicyWorld
  readonly all: AllClusters
  readonly stops: StoppedEverywhere
}

/** A policy that cannot be read keeps everything it may cover. */
const explainRefused = ({ id, message }: RefusedPolicy): PolicyExplanation => ({
  policy: id,
  verdict: 'keep',
  rule: 'unknown',
  reason: `it cannot be read, and may mean to keep it: ${message}`,
  facts: [],
  protectedBy: [],
  ranks: [],
  saves: [],
  stoppedBy: ['the policy cannot be read'],
})

const tagsOf = ({ digest }: KnownImage, world: RepositoryWorld): string[] =>
  world.tags.filter(tag => tag.digest === digest).map(tag => tag.tag)

/** Nothing where the repository is not known well enough to be judged, or the image is gone. */
async function explainOne(
  policy: Policy,
  { found: { digest, repository }, world, all, stops }: State,
  record: PolicyRecord | undefined,
  store: Store,
): Promise<PolicyExplanation[]> {
  const { evaluation, permitted } = await judgeLook(policy, all, world, { store })
  const swept = sweptDecisions(evaluation, () => otherKeepingPolicies(policy, all, world), world.worlds)
  const decision = swept.find(one => one.decision.digest === digest)?.decision
  const own = decisionOn(digest, evaluation.judgement)
  if (decision === undefined || own === undefined) return []
  const stopped = stoppedBy(policy, stops)
  const mark = world.worlds[0]?.images.find(one => one.digest === digest)?.mark
  const [run] = record?.runs ?? []
  const waits = waitingOf({ policy, repository, digest, mark, permitted, record })
  const schedule = { id: policy.id, hash: policy.hash, spec: policy.spec, stoppedBy: stopped }
  const deletion = plannedDeletionOf(schedule, mark, world.now)
  return [
    explainPolicy(policy.id, questionOf(evaluation, digest, world), own, decision, {
      stoppedBy: stopped,
      ...(policy.clamped.length > 0 && { clamped: policy.clamped }),
      deletion: stopped.length > 0 ? deletion : deletionWhileWaiting(waits, deletion),
      ...(waits && { waits }),
      ...(run && {
        lastRun: {
          run: `${policy.id}/${run.runId}`,
          result: run.result,
          at: secondsOf(run.startTime),
          message: run.message,
        },
      }),
    }),
  ]
}

/** Answers come from the function that the sweep judges by, so that no explanation can differ from it. */
function questionOf(
  { policy, covered, tracked }: Evaluation,
  digest: Question['digest'],
  world: PolicyWorld,
): Question {
  const images = new Map(world.worlds.map(one => [one.id, imagesOf(one)]))
  return {
    digest,
    images: [...images.values()].flat(),
    policy: policy.spec,
    now: world.now,
    scope: scopeOf(covered),
    answer: ({ policy: rules = policy.spec, usage = world.usage, now = world.now } = {}) => {
      const changed = { ...policy, spec: { ...policy.spec, ...rules } }
      return decisionOn(digest, judgeCovered(changed, covered, world.worlds, images, usage, now, tracked))
    },
  }
}
