import type { Image } from '../../shared/domain/image.ts'
import type { Layout } from '../../shared/domain/retention/explain/layout.ts'
import type { Totals } from '../../shared/domain/retention/judgement.ts'
import type { LimitCheck } from '../../shared/domain/retention/limits.ts'
import type { Decision } from '../../shared/domain/verdict.ts'
import type { ArchivePrice } from './archive-price.ts'

/** A decision with what only the live state knows beside it. */
export interface PlannedDecision extends Decision {
  /** Tags to be deleted although the image stays: tags outside of the policy's scope point at it too. */
  readonly deletedTags?: readonly string[]
  readonly mark?: PlannedMark
}

/** A mark that is on an image now; times RFC 3339, UTC. */
export interface PlannedMark {
  /** `cluster/namespace/name`. */
  readonly policy: string
  readonly markedAt: string
  readonly deleteAfter: string
}

/** What is planned for one repository. */
export interface PlannedRepository {
  readonly repository: string
  readonly decisions: readonly PlannedDecision[]
  readonly totals: Pick<Totals, 'images' | 'deleted'>
  /** The same decisions one by one, for those who keep none. */
  eachDecision(): Iterable<PlannedDecision>
  /** Newest version first, with the cut; its rows are places among the decisions. */
  layout(): Layout
  /** What was judged by the decision at this place. */
  imageAt(row: number): Image
}

/** What a plan comes to, once every repository is judged. */
export interface PlanSummary {
  readonly limits: LimitCheck
  readonly totals: Totals
  /** Of a policy that archives layers. */
  readonly archive?: ArchivePrice
}

/**
 * A plan to print. Go through {@link judgements} first; the rest is of what was gone through. It may be gone through
 * again, and then is counted anew.
 */
export interface Plan {
  /**
   * One for each repository, in the order of their names; decisions in the order of digests. Each is good until the next
   * is asked for.
   */
  judgements(): Iterable<PlannedRepository>
  summary(): PlanSummary
  /** The bytes by repository; one in which nothing is freed is absent. */
  freed(): ReadonlyMap<string, number>
  /** True where an image would go, or a tag or an object of one that stays. */
  goes(): boolean
}
