import { BytesFreed } from '../../shared/domain/bytes-freed.ts'
import type { Policy } from '../../shared/objects/policy-object.ts'
import type { Evaluation } from '../../shared/sweep/world/evaluate-policy.ts'
import type { Policies } from '../../shared/sweep/world/list-policies.ts'
import { evaluateIn, type PolicyWorld, worldOf } from '../../shared/sweep/world/read-policy-world.ts'
import { otherKeepingPolicies } from './keeping-policies.ts'
import type { Plan, PlannedDecision, PlannedRepository, PlanSummary } from './plan.ts'
import { type SweptDecision, sweptDecisions } from './swept-decisions.ts'

/** What the next sweep of a policy would do, for the printers of plans. */
export class LivePlan implements Plan {
  readonly #evaluation: Evaluation
  readonly #swept: readonly SweptDecision[]
  constructor(evaluation: Evaluation, swept: readonly SweptDecision[]) {
    this.#evaluation = evaluation
    this.#swept = swept
  }

  *judgements(): Iterable<PlannedRepository> {
    const repositories = Map.groupBy(this.#swept, one => one.decision.repository)
    for (const swept of repositories.values()) yield repositoryOf(swept.map(one => one.decision))
  }

  /** The limits are what the sweep checks: of what its own policy dooms, also where another policy keeps it. */
  summary(): PlanSummary {
    const bytes = new BytesFreed()
    for (const { image, decision } of this.#swept) bytes.add(decision.repository, image, decision.verdict === 'delete')
    const images = this.#swept.length
    const deleted = this.#swept.filter(one => one.decision.verdict === 'delete').length
    const tags = this.#swept.reduce((sum, one) => sum + one.decision.tags.length, 0)
    const totals = { images, tags, kept: images - deleted, deleted, bytes: bytes.sum().total }
    return { limits: this.#evaluation.judgement.limits, totals }
  }
}

const repositoryOf = (decisions: readonly PlannedDecision[]): PlannedRepository => ({
  decisions,
  totals: { images: decisions.length, deleted: decisions.filter(one => one.verdict === 'delete').length },
  eachDecision: () => decisions,
})

/** Judges a policy as its sweep does, beside all policies of all clusters; the world may be read for others too. */
export function planLive(wholeWorld: PolicyWorld, policy: Policy, all: Policies): LivePlan {
  const world = worldOf(policy, wholeWorld)
  const evaluation = evaluateIn(world, policy, all)
  return new LivePlan(
    evaluation,
    sweptDecisions(evaluation, () => otherKeepingPolicies(policy, all, world), world.worlds),
  )
}
