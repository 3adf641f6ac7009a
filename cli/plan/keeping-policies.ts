import { JudgingBudgetError } from '../../shared/domain/retention/judging-budget.ts'
import type { Decision } from '../../shared/domain/verdict.ts'
import type { Policy, RefusedPolicy } from '../../shared/objects/policy-object.ts'
import type { CoveredObject } from '../../shared/sweep/world/covered-object.ts'
import { type Evaluation, scopeOf } from '../../shared/sweep/world/evaluate-policy.ts'
import { coveredBy, coveredByRefused } from '../../shared/sweep/world/policy-scope.ts'
import { evaluateIn, type PoliciesOfAll, type PolicyWorld } from '../../shared/sweep/world/read-policy-world.ts'
import { countsFor, scopeIn } from '../../shared/sweep/world/rivals.ts'

/** Another policy over the same images, as far as it keeps some. */
export interface KeepingPolicy {
  /** `cluster/namespace/name`. */
  readonly policy: string
  /** The rule and reason by which it keeps an image; undefined where it would delete it too, or does not cover it. */
  find(image: Decision): KeepingDecision | undefined
}

type KeepingDecision = Pick<Decision, 'rule' | 'reason' | 'facts' | 'protectedBy'>

/** Every other policy of all clusters, each judged by itself as the sweep judges it. */
export function otherKeepingPolicies(policy: Policy, all: PoliciesOfAll, world: PolicyWorld): KeepingPolicy[] {
  const counts = countsFor(policy.object, all.tenants)
  return [
    ...all.accepted
      .filter(other => other.id !== policy.id && coveredBy(other, world.tracked).length > 0)
      .map(other => keeperOf(other, world, counts(other.object))),
    ...all.refused.map(other => refusedKeeper(other, world.tracked, counts(other.object))),
  ]
}

/** One that takes too long to judge keeps what it covers. */
function keeperOf(policy: Policy, world: PolicyWorld, counts: Counts): KeepingPolicy {
  try {
    return judgingKeeper(evaluateIn(world, policy, { accepted: [], refused: [] }), counts)
  } catch (error) {
    if (!(error instanceof JudgingBudgetError)) throw error
    return refusedKeeper({ id: policy.id, object: policy.object, message: error.message }, world.tracked, counts)
  }
}

type Counts = ReturnType<ReturnType<typeof countsFor>>

const judgingKeeper = ({ policy, covered, judgement }: Evaluation, counts: Counts): KeepingPolicy => {
  const isCovered = coverageOf(covered, counts)
  const decisions = new Map(judgement.decisions.map(one => [`${one.repository}@${one.digest}`, one]))
  return {
    policy: policy.id,
    find: image => {
      const found = decisions.get(`${image.repository}@${image.digest}`)
      return found?.verdict === 'keep' && isCovered(image) ? found : undefined
    },
  }
}

/** A policy that cannot be read keeps everything it may cover, and cannot say by which rule. */
const refusedKeeper = (
  { id, object, message }: RefusedPolicy,
  tracked: readonly CoveredObject[],
  counts: Counts,
): KeepingPolicy => {
  const isCovered = coverageOf(coveredByRefused(object, tracked), counts)
  const reason = `it may keep this and cannot be read: ${message}`
  return {
    policy: id,
    find: image => (isCovered(image) ? { rule: 'unknown', reason, facts: image.facts, protectedBy: [] } : undefined),
  }
}

const coverageOf = (covered: readonly CoveredObject[], counts: Counts): ((image: Decision) => boolean) => {
  const scope = scopeIn(scopeOf(covered), counts)
  return ({ repository, tags }) => {
    const wanted = tags.length === 0 ? [undefined] : tags
    return wanted.some(tag => scope.covers(repository, tag))
  }
}
