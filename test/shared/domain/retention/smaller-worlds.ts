import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy, TagRule } from '../../../../shared/domain/policy/policy.ts'
import type { World } from './random-world.ts'

/** The world without one thing after the other, the largest first. */
export function* smallerWorlds(world: World): IterableIterator<World> {
  const { images, usage, policies, objects } = world
  for (let part = images.length >> 1; part > 1; part >>= 1) {
    for (let at = 0; at < images.length; at += part) yield { ...world, images: images.toSpliced(at, part) }
  }
  for (const less of without(images)) yield { ...world, images: less }
  for (const workloads of without(usage.workloads)) yield { ...world, usage: { ...usage, workloads } }
  if (policies.length > 1) for (const less of without(policies)) yield { ...world, policies: less }
  for (const less of eachSmaller(policies, smallerPolicies)) yield { ...world, policies: less }
  if (objects.length > 0) yield { ...world, objects: [] }
  const { tracked, ...untracked } = world
  if (tracked !== undefined) yield untracked
  const { untagged, ...unknown } = world
  if (untagged !== undefined) yield unknown
  if (usage.foreign !== undefined) yield { ...world, usage: { complete: usage.complete, workloads: usage.workloads } }
  yield* smallerScopes(world)
  for (const less of eachSmaller(images, smallerImages)) yield { ...world, images: less }
}

/** The list without one of its members, each in turn. */
function* without<T>(list: readonly T[]): IterableIterator<T[]> {
  for (const at of list.keys()) yield list.toSpliced(at, 1)
}

/** The list with one of its members made smaller, in every way. */
function* eachSmaller<T>(list: readonly T[], smaller: (member: T) => IterableIterator<T>): IterableIterator<T[]> {
  for (const [at, member] of list.entries()) for (const less of smaller(member)) yield list.with(at, less)
}

function* smallerScopes(world: World): IterableIterator<World> {
  const { uncovered, deleted = [], ...rest } = world
  if (uncovered === undefined) return
  yield rest
  for (const less of without(deleted)) yield { ...world, deleted: less }
  for (const less of without(uncovered)) yield { ...world, uncovered: less }
}

function* smallerImages(image: Image): IterableIterator<Image> {
  for (const tags of without(image.tags)) yield { ...image, tags }
  for (const children of without(image.children ?? [])) yield { ...image, children }
  const details = ['subject', 'pulledAt', 'retaggedAt', 'seenRunningAt', 'createdAt', 'blobs'] as const
  for (const detail of details) {
    const { [detail]: left, ...rest } = image
    if (left !== undefined) yield rest
  }
}

function* smallerPolicies(policy: RetentionPolicy): IterableIterator<RetentionPolicy> {
  if (policy.keepTags.length + policy.exclude.length > 0) yield { ...policy, keepTags: [], exclude: [] }
  const { rules = [], ...ruleless } = policy
  for (const less of smallerFields(policy)) if (rules.length > 0 || hasField(less)) yield less
  if (rules.length > 0 && hasField(policy)) yield ruleless
  if (rules.length > 1) for (const less of without(rules)) yield { ...policy, rules: less }
  for (const less of eachSmaller(rules, smallerRules)) yield { ...policy, rules: less }
}

function* smallerRules(rule: TagRule): IterableIterator<TagRule> {
  for (const less of smallerFields(rule)) if (hasField(less)) yield less
  const { tags = [] } = rule
  if (tags.length > 1) for (const less of without(tags)) yield { ...rule, tags: less }
}

const fields = ['keepRecent', 'semver', 'unusedDays', 'keepDays'] as const

const hasField = (from: TagRule): boolean => fields.some(field => from[field] !== undefined)

function* smallerFields<T extends TagRule>(from: T): IterableIterator<T> {
  for (const field of [...fields, 'groupBy'] as const) {
    if (from[field] !== undefined) yield Object.fromEntries(Object.entries(from).filter(([key]) => key !== field)) as T
  }
}
