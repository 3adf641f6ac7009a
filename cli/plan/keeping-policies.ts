import type { Decision } from '../../shared/domain/verdict.ts'
import type { Policy, RefusedPolicy } from '../../shared/objects/policy-object.ts'
import type { CoveredObject } from '../../shared/sweep/world/covered-object.ts'
import { type Evaluation, scopeOf } from '../../shared/sweep/world/evaluate-policy.ts'
import type { Policies } from '../../shared/sweep/world/list-policies.ts'
import { coveredBy, coveredByRefused } from '../../shared/sweep/world/policy-scope.ts'
import { evaluateIn, type PolicyWorld } from '../../shared/sweep/world/read-policy-world.ts'

/** Another policy over the same images, as far as it keeps some. */
export interface KeepingPolicy {
  /** `cluster/namespace/name`. */
  readonly policy: string
  /** The rule and reason by which it keeps an image; undefined where it would delete it too, or has no word on it. */
  find(image: Decision): KeepingDecision | undefined
}

type KeepingDecision = Pick<Decision, 'rule' | 'reason' | 'facts' | 'protectedBy'>

/** Every other policy of all clusters, each judged by itself as the sweep judges it. */
export const otherKeepingPolicies = (policy: Policy, all: Policies, world: PolicyWorld): KeepingPolicy[] => [
  ...all.accepted
    .filter(other => other.id !== policy.id && coveredBy(other, world.tracked).length > 0)
    .map(other => judgingKeeper(evaluateIn(world, other, { accepted: [], refused: [] }))),
  ...all.refused.map(other => refusedKeeper(other, world.tracked)),
]

const judgingKeeper = ({ policy, covered, judgement }: Evaluation): KeepingPolicy => {
  const isCovered = coverageOf(covered)
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
const refusedKeeper = ({ id, object, message }: RefusedPolicy, tracked: readonly CoveredObject[]): KeepingPolicy => {
  const isCovered = coverageOf(coveredByRefused(object, tracked))
  const reason = `it may keep this and cannot be read: ${message}`
  return {
    policy: id,
    find: image => (isCovered(image) ? { rule: 'unknown', reason, facts: image.facts, protectedBy: [] } : undefined),
  }
}

const coverageOf = (covered: readonly CoveredObject[]): ((image: Decision) => boolean) => {
  const scope = scopeOf(covered)
  return ({ repository, tags }) => {
    const wanted = tags.length === 0 ? [undefined] : tags
    return wanted.some(tag => scope.covers(repository, tag))
  }
}
