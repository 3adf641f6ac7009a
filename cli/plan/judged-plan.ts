import { BytesFreed } from '../../shared/domain/bytes-freed.ts'
import type { Image } from '../../shared/domain/image.ts'
import type { ArchiveExtent } from '../../shared/domain/policy/policy.ts'
import { layoutOf } from '../../shared/domain/retention/explain/layout.ts'
import { type CompiledRules, judgeListing } from '../../shared/domain/retention/judge.ts'
import type { Judgement } from '../../shared/domain/retention/judgement.ts'
import { LimitTally } from '../../shared/domain/retention/limit-tally.ts'
import type { ImageTable } from '../io/image-table.ts'
import { archivePriceOf } from './archive-price.ts'
import type { Plan, PlannedRepository, PlanSummary } from './plan.ts'

/** A plan of files that is judged repository by repository, so that only one is ever held as objects. */
export class JudgedPlan implements Plan {
  readonly #rules: CompiledRules
  readonly #extent: ArchiveExtent
  readonly #table: ImageTable
  #limits: LimitTally
  #bytes = new BytesFreed()
  readonly #onProgress: (images: number) => void
  #images = 0
  #deleted = 0
  #tags = 0
  constructor(rules: CompiledRules, table: ImageTable, extent: ArchiveExtent, onProgress: (images: number) => void) {
    this.#extent = extent
    this.#onProgress = onProgress
    this.#rules = rules
    this.#limits = new LimitTally(rules.limits)
    this.#table = table
  }

  *judgements(): Iterable<PlannedRepository> {
    this.#limits = new LimitTally(this.#rules.limits)
    this.#bytes = new BytesFreed()
    this.#images = this.#deleted = this.#tags = 0
    for (const listing of this.#table.listings()) {
      const judgement = judgeListing(this.#rules, listing)
      const deleted = judgement.shares.reduce((sum, share) => sum + share.toDelete, 0)
      this.#deleted += deleted
      judgement.addLimits(this.#limits)
      judgement.addFreed(this.#bytes)
      this.#tags += judgement.tagCount
      this.#images += listing.images.length
      this.#onProgress(this.#images)
      yield repositoryOf(listing.repository, judgement, { images: listing.images.length, deleted })
    }
  }

  summary(): PlanSummary {
    const images = this.#images
    const deleted = this.#deleted
    const totals = { images, tags: this.#tags, kept: images - deleted, deleted, bytes: this.#bytes.sum().total }
    const archive = archivePriceOf(this.#extent, this.#bytes)
    return { limits: this.#limits.check(), totals, ...(archive && { archive }) }
  }

  freed(): ReadonlyMap<string, number> {
    return this.#bytes.sum().byRepository
  }

  goes(): boolean {
    return this.#deleted > 0
  }
}

const repositoryOf = (
  repository: string,
  judgement: Judgement,
  totals: PlannedRepository['totals'],
): PlannedRepository => ({
  repository,
  totals,
  get decisions() {
    return judgement.decisions
  },
  eachDecision: () => judgement.eachDecision(),
  layout: () => layoutOf(judgement.repositoryNamed(repository)),
  imageAt: row => judgement.decisions[row]?.image as Image,
})
