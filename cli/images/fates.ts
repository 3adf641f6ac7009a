import { secondsOf } from '../../shared/domain/instant.ts'
import { actionWords } from '../../shared/domain/policy/action-words.ts'
import type { ImageRecord, Mark } from '../../shared/domain/records/images.ts'
import { JudgingBudgetError } from '../../shared/domain/retention/judging-budget.ts'
import type { Policy } from '../../shared/objects/policy-object.ts'
import type { Store } from '../../shared/ports/store.ts'
import { judgeLook } from '../../shared/sweep/plan/look-at-policy.ts'
import type { AllClusters } from '../../shared/sweep/world/cluster-lists.ts'
import { coveredBy, coveredByRefused } from '../../shared/sweep/world/policy-scope.ts'
import { isKnown, type PolicyWorld } from '../../shared/sweep/world/read-policy-world.ts'
import type { RepositoryWorld } from '../../shared/sweep/world/read-world.ts'
import { otherKeepingPolicies } from '../plan/keeping-policies.ts'
import { keptBy } from '../plan/kept-by.ts'
import { type StoppedEverywhere, stoppedBy, whySkipped } from '../plan/next-sweep.ts'
import type { PlannedDecision } from '../plan/plan.ts'
import { plannedDeletionOf } from '../plan/planned-deletion.ts'
import { sweptDecisions } from '../plan/swept-decisions.ts'

/** What becomes of an image, in words. */
export interface Fate {
  readonly fate: string
  /** False where it is kept, also because the policy that would delete it is stopped or on dry run. */
  readonly goes: boolean
}

/** Where one policy cuts the versions of a repository, of which the newest has the position 0. */
export interface PolicyCut {
  readonly policy: string
  /** Position of the newest version that it would delete; absent where it would delete none. */
  readonly firstGone?: number
  readonly goes: number
  /** Why it would delete nothing now. */
  readonly stoppedBy: readonly string[]
  /** Where it could not be judged: why. */
  readonly problem?: string
}

/** What becomes of the images of a repository. */
export interface Fates {
  of(image: ImageRecord): Fate
  /** One for each policy that covers something of it, and for those that may and cannot be read. */
  cutsOf(versions: readonly ImageRecord[]): PolicyCut[]
}

interface NotJudged {
  readonly policy: string
  readonly problem: string
}

/** A policy and what its sweep would do with each image of one repository, by digest. */
interface Verdicts {
  readonly policy: Policy
  readonly stops: readonly string[]
  readonly decisions: ReadonlyMap<string, PlannedDecision>
}

/** The fate of each image of a repository, by every policy that covers it; each is judged once, as its sweep judges it. */
export async function fatesIn(
  world: PolicyWorld,
  repository: RepositoryWorld,
  all: AllClusters,
  stops: StoppedEverywhere,
  store: Store,
): Promise<Fates> {
  if (!isKnown(repository)) {
    const fate = `kept: its repository is left alone: ${whySkipped(repository)}`
    return { of: () => ({ fate, goes: false }), cutsOf: () => [] }
  }
  const unreadable = all.refused.filter(({ object }) => coveredByRefused(object, world.tracked).length > 0)
  const verdicts: Verdicts[] = []
  const notJudged: NotJudged[] = unreadable.map(({ id, message }) => ({
    policy: id,
    problem: `policy ${id} cannot be read: ${message}`,
  }))
  for (const policy of all.accepted.filter(one => coveredBy(one, world.tracked).length > 0)) {
    try {
      const { evaluation } = await judgeLook(policy, all, world, { store })
      const swept = sweptDecisions(evaluation, () => otherKeepingPolicies(policy, all, world), world.worlds)
      const decisions = new Map(swept.map(({ decision }) => [decision.digest, decision]))
      verdicts.push({ policy, stops: stoppedBy(policy, stops), decisions })
    } catch (error) {
      if (!(error instanceof JudgingBudgetError)) throw error
      notJudged.push({ policy: policy.id, problem: `policy ${policy.id} cannot be judged: ${error.message}` })
    }
  }
  return {
    of: image => fateOf(image, verdicts, notJudged, world.now),
    cutsOf: versions => [
      ...verdicts.map(one => cutOf(one, versions)),
      ...notJudged.map(one => ({ ...one, goes: 0, stoppedBy: [] })),
    ],
  }
}

function cutOf({ policy, stops, decisions }: Verdicts, versions: readonly ImageRecord[]): PolicyCut {
  const isGone = ({ digest }: ImageRecord) => decisions.get(digest)?.verdict === 'delete'
  const firstGone = versions.findIndex(isGone)
  return {
    policy: policy.id,
    ...(firstGone >= 0 && { firstGone }),
    goes: versions.filter(isGone).length,
    stoppedBy: stops,
  }
}

function fateOf(
  { digest, mark }: ImageRecord,
  verdicts: readonly Verdicts[],
  notJudged: readonly NotJudged[],
  now: Date,
): Fate {
  const told = verdicts.flatMap(({ decisions, ...rest }) => {
    const decision = decisions.get(digest)
    return decision ? [{ ...rest, decision }] : []
  })
  const deleting = told.filter(({ decision }) => decision.verdict === 'delete')
  const first =
    deleting.find(({ policy }) => policy.id === mark?.policy) ??
    deleting.find(one => one.stops.length === 0) ??
    deleting[0]
  if (first !== undefined) return { fate: deletionText(first, mark, now), goes: first.stops.length === 0 }
  const lifted = mark === undefined ? '' : `marked by ${mark.policy}, and the next look lifts the mark; `
  const keeping = told.find(({ decision }) => decision.rule === 'in-use') ?? told[0]
  const why = keeping?.decision.reason ?? notJudged[0]?.problem ?? 'no policy covers it'
  return { fate: `${lifted}${keptBy(keeping?.decision.rule)}: ${why}`, goes: false }
}

function deletionText(
  { policy, stops, decision }: Omit<Verdicts, 'decisions'> & { readonly decision: PlannedDecision },
  mark: Mark | undefined,
  now: Date,
): string {
  const { done } = actionWords(policy.spec.action)
  const why = `${decision.reason} (policy ${policy.id})`
  const schedule = { id: policy.id, hash: policy.hash, spec: policy.spec, stoppedBy: stops }
  const { after, text } = plannedDeletionOf(schedule, mark, now)
  if (mark !== undefined && mark.policy === policy.id && stops.length === 0)
    return `marked, ${done} after ${secondsOf(mark.deleteAfter)} because ${why}`
  const when = after === undefined ? text : `${done} after ${after}, unless something needs it by then`
  return `${when}: ${why}`
}
