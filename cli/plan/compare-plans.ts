import type { Totals } from '../../shared/domain/retention/judgement.ts'
import type { LimitCheck } from '../../shared/domain/retention/limits.ts'
import type { Rule } from '../../shared/domain/retention/rules.ts'
import type { Plan, PlannedDecision } from './plan.ts'

/** What one of two policies says of an image; `not-covered` where it does not cover it, and so keeps it. */
export interface Judged {
  readonly verdict: 'keep' | 'delete'
  readonly rule: Rule | 'not-covered'
  readonly reason: string
  readonly protectedBy: readonly string[]
  readonly deletedTags?: readonly string[]
}

/** How the outcome of an image changes; `tags` for one that stays with other tags than before. */
export type ChangeKind = 'kept-to-deleted' | 'deleted-to-kept' | 'tags'

/** An image whose outcome is another under the changed policy. */
export interface PlanChange {
  readonly repository: string
  readonly digest: string
  readonly tags: readonly string[]
  readonly change: ChangeKind
  readonly before: Judged
  readonly after: Judged
  readonly facts: readonly string[]
}

/** What two plans come to beside each other, in images. */
export interface ComparisonTotals {
  readonly images: number
  readonly keptToDeleted: number
  readonly deletedToKept: number
  readonly otherTags: number
  readonly stillKept: number
  readonly stillDeleted: number
}

export interface ComparisonSummary {
  readonly limits: { readonly before: LimitCheck; readonly after: LimitCheck }
  readonly plans: { readonly before: Totals; readonly after: Totals }
  readonly totals: ComparisonTotals
}

const notCovered: Judged = {
  verdict: 'keep',
  rule: 'not-covered',
  reason: 'the policy does not cover it',
  protectedBy: [],
}

/**
 * Two plans of one state at one moment, held against each other image by image, so that neither is ever held whole. Go
 * through {@link changes} first; the summary is of what was gone through.
 */
export class PlanComparison {
  readonly #before: Plan
  readonly #after: Plan
  readonly #counts = { images: 0, keptToDeleted: 0, deletedToKept: 0, otherTags: 0, stillKept: 0, stillDeleted: 0 }
  constructor(before: Plan, after: Plan) {
    this.#before = before
    this.#after = after
  }

  /** In the order of repositories and digests. */
  *changes(): Iterable<PlanChange> {
    for (const [before, after] of pairsOf(decisionsOf(this.#before), decisionsOf(this.#after))) {
      const change = this.#count(before, after)
      const decision = after ?? before
      if (change === undefined || decision === undefined) continue
      const { repository, digest, tags, facts } = decision
      yield { repository, digest, tags, change, before: judgedOf(before), after: judgedOf(after), facts }
    }
  }

  summary(): ComparisonSummary {
    const [before, after] = [this.#before.summary(), this.#after.summary()]
    return {
      limits: { before: before.limits, after: after.limits },
      plans: { before: before.totals, after: after.totals },
      totals: { ...this.#counts },
    }
  }

  #count(before: PlannedDecision | undefined, after: PlannedDecision | undefined): ChangeKind | undefined {
    const counts = this.#counts
    counts.images++
    const [went, goes] = [before?.verdict === 'delete', after?.verdict === 'delete']
    if (went && goes) counts.stillDeleted++
    else if (went) counts.deletedToKept++
    else if (goes) counts.keptToDeleted++
    else if (tagsText(before) !== tagsText(after)) counts.otherTags++
    else counts.stillKept++
    if (went !== goes) return goes ? 'kept-to-deleted' : 'deleted-to-kept'
    return !goes && tagsText(before) !== tagsText(after) ? 'tags' : undefined
  }
}

const tagsText = (decision: PlannedDecision | undefined): string => decision?.deletedTags?.join(' ') ?? ''

const judgedOf = (decision: PlannedDecision | undefined): Judged => {
  if (decision === undefined) return notCovered
  const { verdict, rule, reason, protectedBy, deletedTags } = decision
  return { verdict, rule, reason, protectedBy, ...(deletedTags && { deletedTags }) }
}

function* decisionsOf(plan: Plan): Iterable<PlannedDecision> {
  for (const repository of plan.judgements()) yield* repository.eachDecision()
}

type Pair = readonly [PlannedDecision | undefined, PlannedDecision | undefined]

/** Both in one order, each image once. */
function* pairsOf(before: Iterable<PlannedDecision>, after: Iterable<PlannedDecision>): Iterable<Pair> {
  const [left, right] = [before[Symbol.iterator](), after[Symbol.iterator]()]
  let [a, b] = [left.next(), right.next()]
  while (a.done !== true || b.done !== true) {
    const order = a.done === true ? 1 : b.done === true ? -1 : compareKeys(a.value, b.value)
    yield [order <= 0 ? a.value : undefined, order >= 0 ? b.value : undefined]
    if (order <= 0) a = left.next()
    if (order >= 0) b = right.next()
  }
}

const compareKeys = (a: PlannedDecision, b: PlannedDecision): number =>
  compareTexts(a.repository, b.repository) || compareTexts(a.digest, b.digest)

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
