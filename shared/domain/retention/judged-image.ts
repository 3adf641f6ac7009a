import type { Digest } from '../digest.ts'
import type { Image } from '../image.ts'
import { collectedFact } from '../registry-facts.ts'
import type { Decision } from '../verdict.ts'
import { factsOf } from './facts.ts'
import { graphReason, isCollected, type JudgedRepository, reasonToDelete } from './judged-repository.ts'
import { orderedTags } from './listing/listing.ts'
import { type Rule, ruleNames } from './rules.ts'

/**
 * A decision that words its explanation only when asked, since a plan has a million decisions and a reader looks at a
 * few. It is read like any other Decision and written by JSON.stringify as one; spreading it copies nothing, so take
 * `toJSON()` where a plain object is needed.
 */
export class JudgedImage implements Decision {
  readonly #repository: JudgedRepository
  readonly #place: number
  constructor(repository: JudgedRepository, place: number) {
    this.#repository = repository
    this.#place = place
  }

  get repository(): string {
    return this.#repository.listing.repository
  }

  get digest(): Digest {
    return this.image.digest
  }

  get tags(): readonly string[] {
    return orderedTags(this.image)
  }

  get verdict(): 'keep' | 'delete' {
    return this.#repository.graphKeep.isKept(this.#place) ? 'keep' : 'delete'
  }

  get rule(): Rule {
    const rule = this.#repository.keeps.ruleOf(this.#place)
    if (rule !== undefined) return ruleNames[rule] ?? 'none'
    return this.verdict === 'keep' ? 'graph' : 'none'
  }

  get reason(): string {
    const known = this.#repository.keeps.reasonOf(this.#place)
    if (known !== undefined) return typeof known === 'string' ? known : known.reason
    if (this.verdict === 'keep') return graphReason(this.#repository, this.#place).reason
    return reasonToDelete(this.#repository, this.#place)
  }

  get facts(): readonly string[] {
    const known = this.#repository.keeps.reasonOf(this.#place)
    const isCollectedHere = isCollected(this.#repository, this.#place)
    const own = [...factsOf(this.image), ...(isCollectedHere ? [collectedFact] : [])]
    return typeof known === 'object' ? [...own, ...known.facts] : own
  }

  get protectedBy(): readonly string[] {
    const known = this.#repository.keeps.reasonOf(this.#place)
    if (typeof known === 'object') return known.protectedBy
    if (known !== undefined || this.verdict === 'delete') return []
    return graphReason(this.#repository, this.#place).protectedBy
  }

  /** The image that was judged, as it was given. */
  get image(): Image {
    return this.#repository.listing.images[this.#place] as Image
  }

  toJSON(): Decision {
    const { repository, digest, tags, verdict, rule, reason, facts, protectedBy } = this
    return { repository, digest, tags, verdict, rule, reason, facts, protectedBy }
  }
}
