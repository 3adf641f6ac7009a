import { BytesFreed } from '../../shared/domain/bytes-freed.ts'
import type { Image } from '../../shared/domain/image.ts'
import type { ArchiveExtent } from '../../shared/domain/policy/policy.ts'
import { layoutOf } from '../../shared/domain/retention/explain/layout.ts'
import type { Judgement } from '../../shared/domain/retention/judgement.ts'
import { type LimitCheck, limitCheckOf, tightestLimits } from '../../shared/domain/retention/limits.ts'
import type { Policy } from '../../shared/objects/policy-object.ts'
import type { Store } from '../../shared/ports/store.ts'
import { judgeLook, type PolicyLook } from '../../shared/sweep/plan/look-at-policy.ts'
import { takeTurn } from '../../shared/sweep/plan/take-turn.ts'
import type { Evaluation } from '../../shared/sweep/world/evaluate-policy.ts'
import { type PoliciesOfAll, type PolicyWorld, worldOf } from '../../shared/sweep/world/read-policy-world.ts'
import { archivePriceOf } from './archive-price.ts'
import { otherKeepingPolicies } from './keeping-policies.ts'
import type { Plan, PlannedRepository, PlanSummary } from './plan.ts'
import { type SweptDecision, sweptDecisions } from './swept-decisions.ts'

/** What the next sweep of a policy would do, for the printers of plans. */
export class LivePlan implements Plan {
  readonly #swept: readonly SweptDecision[]
  readonly #limits: LimitCheck
  readonly #extent: ArchiveExtent
  readonly #judgement: Judgement
  /** How many images stay only because objects of other namespaces track them. */
  readonly keptForOthers: number
  /** Repositories in which the policy may delete nothing, with what would let it. */
  readonly unauthorized: ReadonlyMap<string, string>
  constructor(
    swept: readonly SweptDecision[],
    limits: LimitCheck,
    { keptForOthers, unauthorized, policy, judgement }: Evaluation,
  ) {
    this.#extent = policy.spec.archive
    this.#swept = swept
    this.#judgement = judgement
    this.#limits = limits
    this.keptForOthers = keptForOthers
    this.unauthorized = unauthorized
  }

  *judgements(): Iterable<PlannedRepository> {
    const repositories = Map.groupBy(this.#swept, one => one.decision.repository)
    for (const [repository, swept] of repositories) yield repositoryOf(repository, swept, this.#judgement)
  }

  /** The limits are what the sweep checks: of what would be deleted beside all other policies. */
  summary(): PlanSummary {
    const bytes = this.#bytes()
    const images = this.#swept.length
    const deleted = this.#swept.filter(one => one.decision.verdict === 'delete').length
    const tags = this.#swept.reduce((sum, one) => sum + one.decision.tags.length, 0)
    const totals = { images, tags, kept: images - deleted, deleted, bytes: bytes.sum().total }
    const archive = archivePriceOf(this.#extent, bytes)
    return { limits: this.#limits, totals, ...(archive && { archive }) }
  }

  freed(): ReadonlyMap<string, number> {
    return this.#bytes().sum().byRepository
  }

  #bytes(): BytesFreed {
    const bytes = new BytesFreed()
    for (const { image, decision } of this.#swept) bytes.add(decision.repository, image, decision.verdict === 'delete')
    return bytes
  }

  goes(): boolean {
    return this.#swept.some(({ decision }) => decision.verdict === 'delete' || decision.deletedTags !== undefined)
  }
}

/** What is swept of a repository stands in the order of its judgement. */
function repositoryOf(repository: string, swept: readonly SweptDecision[], judgement: Judgement): PlannedRepository {
  const decisions = swept.map(one => one.decision)
  return {
    repository,
    decisions,
    totals: { images: decisions.length, deleted: decisions.filter(one => one.verdict === 'delete').length },
    eachDecision: () => decisions,
    layout: () => layoutOf(judgement.repositoryNamed(repository)),
    imageAt: row => swept[row]?.image as Image,
  }
}

/** Judges a policy as its sweep does, beside all policies of all clusters; the world may be read for others too. */
export async function planLive(
  wholeWorld: PolicyWorld,
  policy: Policy,
  all: PoliciesOfAll,
  store: Store,
): Promise<LivePlan> {
  const look = await judgeLook(policy, all, worldOf(policy, wholeWorld), { store })
  const { world, evaluation } = look
  const swept = sweptDecisions(evaluation, () => otherKeepingPolicies(policy, all, world), world.worlds)
  return new LivePlan(swept, limitsOf(look), evaluation)
}

/** What a run that began now would leave to later ones and to a person. */
export function limitsOf({ world, evaluation: { policy }, permitted }: PolicyLook): LimitCheck {
  const turn = takeTurn(permitted.evaluation, world.worlds, { marked: new Set(), mayBegin: () => true })
  const { hash, repositories = [] } = permitted.waiting ?? {}
  const wanted = repositories.map(({ digests: _, ...share }) => share)
  const approval = { ...(hash !== undefined && { hash }), repositories: wanted }
  return limitCheckOf(tightestLimits([policy.spec]), turn.waiting, approval)
}
