import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import { time } from './oracle-order.ts'
import { judgedTags, type RuleSet, ruleSetOf } from './oracle-rule-sets.ts'
import { type ReadTag, readTag } from './oracle-tags.ts'
import { bestOf, newerThan, type RuleSetTag, type World } from './oracle-world.ts'

type KeepRule = (world: World, image: Image, policy: RetentionPolicy) => boolean

const dayMs = 86_400_000

const keepRecent: KeepRule = (world, image, policy) =>
  countedTags(world, image, policy).some(
    tag => newerThan(image, world.competitors(tag, policy), world.input.now) < (tag.ruleSet.keepRecent ?? 0),
  )

const semver: KeepRule = (world, image, policy) =>
  countedTags(world, image, policy).some(
    tag => tag.kind === 'version' && isInWindow(world, tag, world.competitors(tag, policy)),
  )

const floating: KeepRule = (world, image, policy) =>
  image.tags.some(tag => {
    const { semver, keepRecent = 0 } = ruleSetOf(policy, tag)
    return world.covers(tag) && readTag(tag).kind === 'floating' && (semver !== undefined || keepRecent > 0)
  })

const unusedDays: KeepRule = (world, image, policy) =>
  ruleSetsOf(policy, image).some(ruleSet =>
    [...world.below(image)]
      .flatMap(below => [below.pushedAt, below.pulledAt, below.retaggedAt, below.seenRunningAt])
      .some(used => isWithin(world, used, ruleSet.unusedDays)),
  )

const keepDays: KeepRule = (world, image, policy) =>
  ruleSetsOf(policy, image).some(ruleSet => isWithin(world, image.pushedAt, ruleSet.keepDays))

export const keepsBy = { keepRecent, semver, floating, unusedDays, keepDays }

const countedTags = (world: World, image: Image, policy: RetentionPolicy): RuleSetTag[] =>
  (world.counted.get(policy) ?? []).filter(tag => tag.image === image)

const ruleSetsOf = (policy: RetentionPolicy, image: Image): RuleSet[] =>
  judgedTags(image).map(tag => ruleSetOf(policy, tag))

const isWithin = ({ input }: World, at: Date | undefined, days: number | undefined): boolean =>
  days !== undefined && input.now.getTime() - time(at) <= days * dayMs

/** Rule 16 for one tag among those of its count. */
const isInWindow = (world: World, mine: RuleSetTag, tags: readonly RuleSetTag[]): boolean => {
  if (mine.ruleSet.semver === undefined) return false
  const { majorVersions = Infinity, minorVersions = Infinity, patches = Infinity } = mine.ruleSet.semver
  const inMajor = tags.filter(tag => number(tag, 0) === number(mine, 0))
  const inMinor = inMajor.filter(tag => number(tag, 1) === number(mine, 1))
  if (higher(tags, mine, [0]) >= majorVersions || higher(inMajor, mine, [1]) >= minorVersions) return false
  const best = bestOf(inMinor, world.input.now)
  if (mine.preRelease.length > 0) return newerThan(mine.image, inMinor, world.input.now) < patches
  return higher(best, best.find(tag => tag.image === mine.image) ?? mine, [2, 3]) < patches
}

const number = (tag: ReadTag, at: number): bigint => tag.numbers[at] ?? 0n

/** How many different values above its own there are among tags, where the numbers at some places are one value. */
const higher = (tags: readonly RuleSetTag[], mine: RuleSetTag, places: readonly number[]): number =>
  new Set(tags.filter(tag => isHigher(tag, mine, places)).map(tag => places.map(at => number(tag, at)).join('.'))).size

const isHigher = (tag: ReadTag, mine: ReadTag, places: readonly number[]): boolean => {
  const differs = places.find(at => number(tag, at) !== number(mine, at))
  return differs !== undefined && number(tag, differs) > number(mine, differs)
}
