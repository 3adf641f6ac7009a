import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import type { JudgeInput } from '../../../../shared/domain/retention/judge.ts'
import { compareRead, type ReadTag, readTag } from './oracle-tags.ts'

const known2013 = Date.UTC(2013, 2, 20)

/** The time in milliseconds, -Infinity for one that counts as unknown. */
export const time = (date: Date | undefined): number =>
  date !== undefined && date.getTime() >= known2013 ? date.getTime() : Number.NEGATIVE_INFINITY

/** A tag that counts, with its image. */
export type CountedTag = ReadTag & { readonly image: Image }

/** All counted tags of the repository, newest first: of images that are judged, and inside the scope. */
const countedTags = (world: World, policy: RetentionPolicy): CountedTag[] =>
  world.all
    .filter(image => world.subjects(image).length === 0)
    .flatMap(image =>
      image.tags.filter(tag => world.covers(tag)).map(tag => ({ ...readTag(tag, policy.groupBy), image })),
    )
    .filter(tag => tag.kind === 'version' || tag.kind === 'other')
    .sort(byAge)

const byAge = (a: CountedTag, b: CountedTag): number =>
  compareRead(b, a) || order(time(b.image.pushedAt), time(a.image.pushedAt)) || order(a.image.digest, b.image.digest)

const order = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

/** The first images among tags that stand newest first. */
export const newestImages = (tags: CountedTag[], limit: number): Set<Image> =>
  new Set([...new Set(tags.map(tag => tag.image))].slice(0, limit))

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
  readonly counted: Map<RetentionPolicy, CountedTag[]>
  constructor(input: JudgeInput, repository: string, all: Image[]) {
    this.input = input
    this.repository = repository
    this.all = all
    this.#children = this.#relatives(image => image.children ?? [])
    this.#subjects = this.#relatives(image => [image.subject, ...image.tags.map(tag => readTag(tag).subject)])
    this.#parents = reversed(this.#children)
    this.#referrers = reversed(this.#subjects)
    this.counted = new Map(input.policies.map(policy => [policy, countedTags(this, policy)]))
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
  /** The image and everything below it. */
  below(image: Image, seen = new Set<Image>()): Set<Image> {
    if (seen.has(image)) return seen
    seen.add(image)
    for (const child of this.children(image)) this.below(child, seen)
    return seen
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

const reversed = (relatives: Relatives): Relatives => {
  const back: Relatives = new Map()
  for (const [from, all] of relatives) for (const to of all) back.set(to, [...(back.get(to) ?? []), from])
  return back
}
