import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import type { JudgeInput } from '../../../../shared/domain/retention/judge.ts'
import { byAge, type CountedTag } from './oracle-order.ts'
import { type RuleSet, ruleSetOf } from './oracle-rule-sets.ts'
import { readTag } from './oracle-tags.ts'

/** A tag that counts, with what applies to it. */
export type RuleSetTag = CountedTag & { readonly ruleSet: RuleSet }

type Relatives = Map<Image, Image[]>

/** One repository with who refers to whom, looked up once: each question is asked many times. */
export class World {
  readonly input: JudgeInput
  readonly repository: string
  readonly all: Image[]
  readonly #children: Relatives
  readonly #parents: Relatives
  readonly #subjects: Relatives
  readonly #referrers: Relatives
  /** Versions and other tags of images that are judged by them, inside of the scope. */
  readonly counted: Map<RetentionPolicy, RuleSetTag[]>
  constructor(input: JudgeInput, repository: string, all: Image[]) {
    this.input = input
    this.repository = repository
    this.all = all
    this.#children = this.#relatives(image => image.children ?? [])
    this.#subjects = this.#relatives(image => [image.subject, ...image.tags.map(tag => readTag(tag).subject)])
    this.#parents = reversed(this.#children)
    this.#referrers = reversed(this.#subjects)
    this.counted = new Map(input.policies.map(policy => [policy, this.#countedTags(policy)]))
  }
  find(digest: string | undefined): Image | undefined {
    return this.all.find(image => image.digest === digest)
  }
  children(image: Image): Image[] {
    return this.#children.get(image) ?? []
  }
  parents(image: Image): Image[] {
    return this.#parents.get(image) ?? []
  }
  subjects(image: Image): Image[] {
    return this.#subjects.get(image) ?? []
  }
  referrers(image: Image): Image[] {
    return this.#referrers.get(image) ?? []
  }
  covers(tag: string | undefined): boolean {
    return this.input.scope?.covers(this.repository, tag) ?? true
  }
  /** True for a digest that sweeps of the policy deleted. */
  deleted(digest: string | undefined): boolean {
    return digest !== undefined && this.input.scope?.deleted?.(this.repository, digest) === true
  }
  /** The image and everything listed below it. */
  below(image: Image, seen = new Set<Image>()): Set<Image> {
    if (seen.has(image)) return seen
    seen.add(image)
    for (const child of this.children(image)) this.below(child, seen)
    return seen
  }
  /** The tags of the same count. */
  competitors(tag: RuleSetTag, policy: RetentionPolicy): RuleSetTag[] {
    const tags = this.counted.get(policy) ?? []
    return tags.filter(other => other.ruleSet === tag.ruleSet && other.count === tag.count)
  }
  #countedTags(policy: RetentionPolicy): RuleSetTag[] {
    return this.all
      .filter(image => this.subjects(image).length === 0)
      .flatMap(image => image.tags.filter(tag => this.covers(tag)).map(tag => withRuleSet(policy, tag, image)))
      .filter(tag => tag.kind === 'version' || tag.kind === 'other')
  }
  #relatives(named: (image: Image) => readonly (string | undefined)[]): Relatives {
    const found: Relatives = new Map()
    for (const image of this.all) {
      const digests = named(image).filter(digest => digest !== undefined)
      if (digests.length > 0) {
        found.set(
          image,
          this.all.filter(other => other !== image && digests.includes(other.digest)),
        )
      }
    }
    return found
  }
}

const withRuleSet = (policy: RetentionPolicy, tag: string, image: Image): RuleSetTag => {
  const ruleSet = ruleSetOf(policy, tag)
  return { ...readTag(tag, ruleSet.groupBy), image, ruleSet }
}

/** How many digests among tags are newer than an image is there by the best of its tags. */
export const newerThan = (image: Image, tags: readonly RuleSetTag[], now: Date): number => {
  const [mine] = bestOf(
    tags.filter(tag => tag.image === image),
    now,
  )
  return bestOf(tags, now).filter(tag => mine !== undefined && byAge(tag, mine, now) > 0).length
}

/** Of each digest the best tag. */
export const bestOf = (tags: readonly RuleSetTag[], now: Date): RuleSetTag[] => {
  const best = new Map<Image, RuleSetTag>()
  for (const tag of tags) {
    const other = best.get(tag.image)
    if (other === undefined || byAge(tag, other, now) > 0) best.set(tag.image, tag)
  }
  return [...best.values()]
}

const reversed = (relatives: Relatives): Relatives => {
  const back: Relatives = new Map()
  for (const [from, all] of relatives) for (const to of all) back.set(to, [...(back.get(to) ?? []), from])
  return back
}
