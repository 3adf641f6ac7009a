import { compilePolicy, type RuleSet } from '../compile-policy.ts'
import type { Reading } from '../judging.ts'
import { listingOf } from '../listing/listing.ts'
import { readTags } from '../read-tags.ts'
import { type CountName, countNameOf, countText } from '../versions/count-name.ts'
import { type CountedTag, orderOfTags } from '../versions/counted-tag.ts'
import type { Compare } from '../versions/newest.ts'
import { parseVersion } from '../versions/parse-version.ts'
import { isFloating } from '../versions/tag-kind.ts'
import type { Question } from './question.ts'

/** Where an image stands in one of the counts that `keepRecent` looks at (retention 14, 15). */
export interface Rank {
  readonly tag: string
  /** `releases`, `pre-releases of variant alpine`, `other tags that begin with main- of group app`. */
  readonly count: string
  /** Which of the policy's `rules` counts it; absent where the policy itself does. */
  readonly rule?: string
  /** 1 for the newest; images of which none is known to be newer have one place. */
  readonly place: number
  /** How many images the count holds. */
  readonly of: number
  /** How many others of the count have the same place, since none is known to be older. */
  readonly equal: number
  /** How many are kept, where the count is one of `keepRecent`. */
  readonly kept?: number
}

/**
 * The places of an image, one for each count that one of its tags is in, best place first. None for an image that is
 * not counted: untagged, a referrer, or with floating, attached and uncovered tags alone.
 */
export const ranksOf = (question: Question): Rank[] => {
  const reading = readingOf(question)
  if (reading === undefined) return []
  const wanted = reading.listing.images.findIndex(image => image.digest === question.digest)
  const compare = orderOfTags(reading.listing, reading.nowMs)
  const counts = countsOf(reading, compilePolicy(question.policy, '').ruleSets, compare)
  return [...counts.values()]
    .flatMap(count => rankIn(count, wanted, compare))
    .sort((a, b) => a.place - b.place || (a.tag < b.tag ? -1 : 1))
}

/** What the tags are read by; undefined where nothing is listed. */
export const readingOf = ({ images, now, scope }: Question): Reading | undefined => {
  const [first] = images
  if (first === undefined) return undefined
  return { listing: listingOf(first.repository, images), nowMs: now.getTime(), scope }
}

interface Counted {
  readonly tag: string
  readonly counted: CountedTag
}

interface Count {
  readonly name: CountName
  /** The place of its rule set in the list of these. */
  readonly at: number
  readonly ruleSet: RuleSet
  /** The highest tag of each image, by place. */
  readonly newest: Map<number, Counted>
}

const rankIn = ({ name, ruleSet, newest }: Count, wanted: number, compare: Compare<CountedTag>): Rank[] => {
  const own = newest.get(wanted)
  if (own === undefined) return []
  const orders = [...newest.values()].map(other => compare(other.counted, own.counted))
  const { keepRecent } = ruleSet.said
  return [
    {
      tag: own.tag,
      count: countText(name),
      ...(ruleSet.name === undefined ? {} : { rule: ruleSet.name }),
      place: orders.filter(order => order > 0).length + 1,
      of: newest.size,
      equal: orders.filter(order => order === 0).length - 1,
      ...(keepRecent === undefined ? {} : { kept: keepRecent }),
    },
  ]
}

/** All tags by their count, two tags on one image once, at the higher version; by {@link keyOfCount}. */
export const countsOf = (
  reading: Reading,
  ruleSets: readonly RuleSet[],
  compare: Compare<CountedTag>,
): ReadonlyMap<string, Count> => {
  const counts = new Map<string, Count>()
  const { listing, scope } = reading
  readTags(ruleSets, reading, {
    untagged: () => undefined,
    tag: (at, image, tag) => {
      const ruleSet = ruleSets[at]
      if (ruleSet === undefined || isFloating(tag) || scope?.covers(listing.repository, tag) === false) return
      const { group, rest } = ruleSet.groupOf?.(tag) ?? { group: undefined, rest: tag }
      const counted = { version: parseVersion(rest), image }
      const { newest } = countNamed(counts, at, ruleSet, countNameOf(group, rest, counted.version))
      const before = newest.get(image)
      const order = before === undefined ? 1 : compare(counted, before.counted)
      if (before === undefined || order > 0 || (order === 0 && tag < before.tag)) newest.set(image, { tag, counted })
    },
  })
  return counts
}

/** Tells the counts of all rule sets apart; `at` is the place of the rule set. */
export const keyOfCount = (at: number, { group, variant, kind, stem }: CountName): string =>
  JSON.stringify([at, group ?? null, variant, kind, stem ?? null])

const countNamed = (counts: Map<string, Count>, at: number, ruleSet: RuleSet, name: CountName): Count => {
  const key = keyOfCount(at, name)
  const known = counts.get(key)
  if (known !== undefined) return known
  const count: Count = { name, at, ruleSet, newest: new Map() }
  counts.set(key, count)
  return count
}
