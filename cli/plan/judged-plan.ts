import { BytesFreed } from '../../shared/domain/bytes-freed.ts'
import { type CompiledRules, judgeBy } from '../../shared/domain/retention/judge.ts'
import type { Judgement } from '../../shared/domain/retention/judgement.ts'
import { checkLimits, type DoomedShare } from '../../shared/domain/retention/limits.ts'
import type { ImageTable } from '../io/image-table.ts'
import type { Plan, PlanSummary } from './plan.ts'

/** A plan of files that is judged repository by repository, so that only one is ever held as objects. */
export class JudgedPlan implements Plan {
  readonly #rules: CompiledRules
  readonly #table: ImageTable
  readonly #shares: DoomedShare[] = []
  readonly #bytes = new BytesFreed()
  readonly #onProgress: (images: number) => void
  #images = 0
  #tags = 0
  constructor(rules: CompiledRules, table: ImageTable, onProgress: (images: number) => void) {
    this.#onProgress = onProgress
    this.#rules = rules
    this.#table = table
  }

  *judgements(): Iterable<Judgement> {
    for (const repository of this.#table.repositories()) {
      const images = this.#table.imagesOf(repository)
      const judgement = judgeBy(this.#rules, images)
      this.#shares.push(...judgement.shares)
      judgement.addFreed(this.#bytes)
      this.#tags += judgement.tagCount
      this.#images += images.length
      this.#onProgress(this.#images)
      yield judgement
    }
  }

  summary(): PlanSummary {
    const images = this.#images
    const deleted = this.#shares.reduce((sum, share) => sum + share.doomed, 0)
    const totals = { images, tags: this.#tags, kept: images - deleted, deleted, bytes: this.#bytes.sum().total }
    return { limits: checkLimits(this.#rules.limits, this.#shares), totals }
  }
}
