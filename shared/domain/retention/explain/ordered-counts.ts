import type { Image } from '../../image.ts'
import type { RuleSet } from '../compile-policy.ts'
import type { JudgedRepository } from '../judged-repository.ts'
import type { RuleSetTags } from '../judging.ts'
import { type CountName, countText } from '../versions/count-name.ts'
import { orderOfTags } from '../versions/counted-tag.ts'
import { countsOf, keyOfCount } from './rank.ts'

/** One count of retention 14 with what it keeps, each newest first; numbers are places in the listing. */
export interface OrderedCount {
  /** `releases`, `pre-releases of variant alpine`, with the rule that counts them where that is one of `rules`. */
  readonly title: string
  /** What draws the cut: `keepRecent 3`; undefined where nothing counts, and so all of it is beyond. */
  readonly cut: string | undefined
  readonly kept: readonly number[]
  readonly rest: readonly number[]
  /** Both together: a count that keeps one of each minor version keeps what is older than much of its rest. */
  readonly inOrder: readonly number[]
}

const kinds: readonly CountName['kind'][] = ['releases', 'pre-releases', 'other tags']

/** All counts of a judged repository in one order: releases before pre-releases before other tags, group by group. */
export function orderedCounts({ listing, nowMs, scope, policies, ruleSetTags }: JudgedRepository): OrderedCount[] {
  const compare = orderOfTags(listing, nowMs)
  const digestAt = (place: number): string => (listing.images[place] as Image).digest
  return policies.flatMap(({ ruleSets }, policy) => {
    const keptBy = new Map(ruleSets.map((_, at) => [at, keptPlaces(at, ruleSetTags[policy]?.[at])]))
    return [...countsOf({ listing, nowMs, scope }, ruleSets, compare).values()]
      .sort((a, b) => a.at - b.at || compareNames(a.name, b.name))
      .map(({ at, name, ruleSet, newest }) => {
        const isKept = keptBy.get(at)?.get(keyOfCount(at, name))
        const inOrder = [...newest.values()]
          .sort(
            (one, other) =>
              compare(other.counted, one.counted) ||
              compareText(other.tag, one.tag) ||
              compareText(digestAt(one.counted.image), digestAt(other.counted.image)),
          )
          .map(one => one.counted.image)
        return {
          title: titleOf(name, ruleSet),
          cut: cutOf(ruleSet, name),
          kept: inOrder.filter(place => isKept?.has(place) === true),
          rest: inOrder.filter(place => isKept?.has(place) !== true),
          inOrder,
        }
      })
  })
}

/** What each count keeps, by the key of the count. */
function keptPlaces(at: number, tags: RuleSetTags | undefined): ReadonlyMap<string, ReadonlySet<number>> {
  const kept = new Map<string, ReadonlySet<number>>()
  for (const { newest, tree, ...count } of tags?.counts?.inOrder() ?? []) {
    const { newest: first, tied } = newest.result()
    const places = [...[...first, ...tied].map(({ image }) => image), ...(tree?.images() ?? [])]
    kept.set(keyOfCount(at, count), new Set(places))
  }
  return kept
}

const titleOf = (name: CountName, { name: rule }: RuleSet): string =>
  rule === undefined ? countText(name) : `${countText(name)} by ${rule}`

const cutOf = ({ said }: RuleSet, { kind }: CountName): string | undefined => {
  const rules = [
    ...((said.keepRecent ?? 0) > 0 ? [`keepRecent ${said.keepRecent}`] : []),
    ...(said.semver !== undefined && kind !== 'other tags' ? ['semver'] : []),
  ]
  return rules.length === 0 ? undefined : rules.join(' and ')
}

const compareNames = (a: CountName, b: CountName): number =>
  compareText(a.group ?? '', b.group ?? '') ||
  compareText(a.variant, b.variant) ||
  kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
  compareText(a.stem ?? '', b.stem ?? '')

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
