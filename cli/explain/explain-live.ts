import { secondsOf } from '../../shared/domain/instant.ts'
import type { PolicyRecord } from '../../shared/domain/records.ts'
import { decisionOn, type Question } from '../../shared/domain/retention/explain-question.ts'
import type { Usage } from '../../shared/domain/usage.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { type Evaluation, judgeCovered, scopeOf } from '../../shared/sweep/evaluate-policy.ts'
import { listPolicies, type Policies, type RefusedPolicy } from '../../shared/sweep/list-policies.ts'
import type { Policy } from '../../shared/sweep/policy-object.ts'
import { type CoveredObject, coveredBy, coveredByRefused, listTrackedObjects } from '../../shared/sweep/policy-scope.ts'
import { evaluateIn, isKnown, type PolicyWorld } from '../../shared/sweep/read-policy-world.ts'
import { imagesOf, type RepositoryWorld, readRepositoryWorld, readUsage } from '../../shared/sweep/read-world.ts'
import type { FoundImage } from '../connect/find-image.ts'
import type { Installation } from '../connect/installation.ts'
import { keepersBeside } from '../plan/keepers.ts'
import { stoppedBy } from '../plan/next-sweep.ts'
import { sweptDecisions } from '../plan/swept-decisions.ts'
import { departureOf } from './departure.ts'
import { explainPolicy } from './explain-policy.ts'
import type { PolicyExplanation } from './explanation.ts'

/** The live state around one image: its repository, what tracks it, and what each policy says. */
export interface LiveView {
  readonly world: RepositoryWorld
  readonly usage: Usage
  /** The Repository objects of all clusters that bring it. */
  readonly objects: readonly CoveredObject[]
  readonly policies: readonly PolicyExplanation[]
}

/** Reads what is known of an image and asks every policy of every cluster that covers it. Writes nothing. */
export async function viewLive(found: FoundImage, installation: Installation, now: Date): Promise<LiveView> {
  const clusters = await installation.connectClusters()
  const world = await readRepositoryWorld(found.repository, installation.store)
  const names = clusters.map(cluster => cluster.name)
  const usage = await readUsage([world], names, installation.store, now)
  const isStopped = await installation.killSwitch.isPaused()
  const views = await Promise.all(
    clusters.map(cluster => viewCluster(cluster, found, { world, usage, now, isStopped }, installation)),
  )
  return {
    world,
    usage,
    objects: views.flatMap(view => view.objects),
    policies: views.flatMap(view => view.policies),
  }
}

interface State {
  readonly world: RepositoryWorld
  readonly usage: Usage
  readonly now: Date
  /** By the kill switch. */
  readonly isStopped: boolean
}

async function viewCluster(cluster: Cluster, found: FoundImage, state: State, installation: Installation) {
  const [tracked, all] = await Promise.all([
    listTrackedObjects(cluster, installation.canonicalHost),
    listPolicies(cluster),
  ])
  const tags = tagsOf(found, state.world)
  const objects = tracked.filter(
    one => one.repository === found.repository && (one.tag === undefined || tags.includes(one.tag)),
  )
  const world: PolicyWorld = {
    now: state.now,
    tracked,
    usage: state.usage,
    worlds: isKnown(state.world) ? [state.world] : [],
    skipped: isKnown(state.world) ? [] : [state.world],
  }
  const covering = all.accepted.filter(policy => coveredBy(policy, objects).length > 0)
  const policies = await Promise.all(
    covering.map(async policy => {
      const record = await installation.store.findPolicy(policy.id)
      return explainOne(policy, all, found, world, state, record)
    }),
  )
  const unreadable = all.refused.filter(({ object }) => coveredByRefused(object, objects).length > 0)
  return { objects, policies: [...policies.flat(), ...unreadable.map(explainRefused)] }
}

/** What cannot be read keeps whatever it may cover. */
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

const tagsOf = ({ digest }: FoundImage, world: RepositoryWorld): string[] =>
  world.tags.filter(tag => tag.digest === digest).map(tag => tag.tag)

/** Nothing where the repository is not known well enough to be judged, or the image is gone. */
function explainOne(
  policy: Policy,
  all: Policies,
  { digest }: FoundImage,
  world: PolicyWorld,
  state: State,
  record: PolicyRecord | undefined,
): PolicyExplanation[] {
  const evaluation = evaluateIn(world, policy, all)
  const swept = sweptDecisions(evaluation, () => keepersBeside(policy, all, world), world.worlds)
  const decision = swept.find(one => one.decision.digest === digest)?.decision
  const own = decisionOn(digest, evaluation.judgement)
  if (decision === undefined || own === undefined) return []
  const stopped = stoppedBy(policy, state.isStopped)
  const mark = state.world.images.find(one => one.digest === digest)?.mark
  const [run] = record?.runs ?? []
  return [
    explainPolicy(policy.id, questionOf(evaluation, digest, world), own, decision, {
      stoppedBy: stopped,
      goes: departureOf({ id: policy.id, hash: policy.hash, spec: policy.spec, stoppedBy: stopped }, mark, state.now),
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
function questionOf({ policy, covered }: Evaluation, digest: Question['digest'], world: PolicyWorld): Question {
  const images = new Map(world.worlds.map(one => [one.id, imagesOf(one)]))
  return {
    digest,
    images: [...images.values()].flat(),
    policy: policy.spec,
    now: world.now,
    scope: scopeOf(covered),
    answer: ({ policy: rules = policy.spec, usage = world.usage, now = world.now } = {}) => {
      const changed = { ...policy, spec: { ...policy.spec, ...rules } }
      return decisionOn(digest, judgeCovered(changed, covered, world.worlds, images, usage, now))
    },
  }
}
