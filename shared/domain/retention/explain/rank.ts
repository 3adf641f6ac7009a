import type { Image } from '../../image.ts'
import { compilePolicy } from '../compile-policy.ts'
import { isReferrer, type Listing, listingOf, orderedTags } from '../listing/listing.ts'
import { type CountedTag, compareTags } from '../versions/counted-tag.ts'
import type { GroupedTag } from '../versions/group-of.ts'
import { parseVersion } from '../versions/parse-version.ts'
import { cosignSubject, isFloating } from '../versions/tag-kind.ts'
import type { Version } from '../versions/version.ts'
import { type CountName, countText } from '../versions/version-counts.ts'
import type { Question } from './question.ts'

/** Where an image stands in one of the counts that `keepRecent` looks at (retention 14, 15). */
export interface Rank {
  readonly tag: string
  /** `releases`, `pre-releases of variant alpine`, `other tags of group app`. */
  readonly count: string
  /** 1 for the newest. */
  readonly place: number
  /** How many images the count holds. */
  readonly of: number
}

/**
 * The places of an image, one for each count that one of its tags is in, best place first. None for an image that is
 * not counted: untagged, a referrer, or with floating, cosign and uncovered tags alone.
 */
export const ranksOf = (question: Question): Rank[] => {
  const [first] = question.images
  if (first === undefined) return []
  const listing = listingOf(first.repository, question.images)
  const wanted = listing.images.findIndex(image => image.digest === question.digest)
  const counts = countsOf(listing, question)
  return [...counts.values()]
    .flatMap(({ name, newest }) => {
      const own = newest.get(wanted)
      if (own === undefined) return []
      const newer = [...newest.values()].filter(other => compareTags(other.counted, own.counted) > 0)
      return [{ tag: own.tag, count: countText(name), place: newer.length + 1, of: newest.size }]
    })
    .sort((a, b) => a.place - b.place || (a.tag < b.tag ? -1 : 1))
}

interface Count {
  readonly name: CountName
  /** The highest tag of each image, by place. */
  readonly newest: Map<number, { readonly tag: string; readonly counted: CountedTag }>
}

/** All tags by their count, two tags on one image once, at the higher version. */
const countsOf = (listing: Listing, { policy, scope }: Question): ReadonlyMap<string, Count> => {
  const { groupOf } = compilePolicy(policy, '')
  const counts = new Map<string, Count>()
  const isCounted = (tag: string) =>
    (scope === undefined || scope.covers(listing.repository, tag)) &&
    !isFloating(tag) &&
    cosignSubject(tag) === undefined
  for (const place of listing.order) {
    if (isReferrer(listing, place)) continue
    for (const tag of orderedTags(listing.images[place] as Image).filter(isCounted))
      countTag(counts, listing, place, tag, groupOf?.(tag) ?? { group: undefined, rest: tag })
  }
  return counts
}

const countTag = (
  counts: Map<string, Count>,
  listing: Listing,
  image: number,
  tag: string,
  { group, rest }: GroupedTag,
): void => {
  const version = parseVersion(rest)
  const { digest } = listing.images[image] as Image
  const counted = { version, pushedMs: listing.pushedMs[image] as number, image, digest }
  const { newest } = countNamed(counts, { group, variant: version?.variant ?? '', kind: kindOf(version) })
  const before = newest.get(image)
  if (before === undefined || compareTags(counted, before.counted) > 0) newest.set(image, { tag, counted })
}

const kindOf = (version: Version | undefined): CountName['kind'] => {
  if (version === undefined) return 'other tags'
  return version.preRelease.length === 0 ? 'releases' : 'pre-releases'
}

const countNamed = (counts: Map<string, Count>, name: CountName): Count => {
  const key = JSON.stringify([name.group ?? null, name.variant, name.kind])
  const known = counts.get(key)
  if (known !== undefined) return known
  const count: Count = { name, newest: new Map() }
  counts.set(key, count)
  return count
}
