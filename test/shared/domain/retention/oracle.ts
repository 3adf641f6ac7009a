import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import type { JudgeInput } from '../../../../shared/domain/retention/judge.ts'
import type { Rule } from '../../../../shared/domain/retention/rules.ts'
import type { Workload } from '../../../../shared/domain/usage.ts'
import { keepsBy } from './oracle-keep-rules.ts'
import { time } from './oracle-order.ts'
import { glob, hasNoRule } from './oracle-rule-sets.ts'
import { readTag } from './oracle-tags.ts'
import { refersTo } from './oracle-usage.ts'
import { World } from './oracle-world.ts'

/**
 * The specification read a second time, naively: every image looks at all others, every rule is a predicate, the graph
 * is a loop until nothing changes. It shares no code with the engine.
 */
export interface OracleVerdicts {
  /** `verdict rule` by `repository digest`. */
  readonly verdicts: Map<string, string>
  /** `repository tag` of every tag to delete. */
  readonly tagsToDelete: Set<string>
}

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
const types = [
  ...indexTypes,
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]

export const oracle = (input: JudgeInput): OracleVerdicts => {
  const verdicts = new Map<string, string>()
  const tagsToDelete = new Set<string>()
  for (const repository of new Set(input.images.map(image => image.repository))) {
    const all = input.images.filter(image => image.repository === repository)
    judgeAll(new World(input, repository, all), verdicts, tagsToDelete)
  }
  return { verdicts, tagsToDelete }
}

const judgeAll = (world: World, verdicts: Map<string, string>, tagsToDelete: Set<string>): void => {
  const rules = new Map(world.all.map(image => [image, ruleOf(world, image)]))
  const real = spread(world, new Set(world.all.filter(image => rules.get(image) !== undefined)))
  const seeds = new Set([...real.strong, ...world.all.filter(image => outside(world, image))])
  const { strong, kept, anchors } = anchored(world, spread(world, seeds))
  for (const image of world.all) {
    const rule = rules.get(image) ?? (kept.has(image) ? 'graph' : 'none')
    verdicts.set(`${world.repository} ${image.digest}`, `${kept.has(image) ? 'keep' : 'delete'} ${rule}`)
    const needed = anchors.has(image) || isNeeded(world, image, strong, kept)
    for (const tag of image.tags) {
      if (isTagToDelete(world, image, tag, kept, rules.get(image) !== undefined || needed)) {
        tagsToDelete.add(`${world.repository} ${tag}`)
      }
    }
  }
}

const isTagToDelete = (world: World, image: Image, tag: string, kept: Set<Image>, stays: boolean): boolean => {
  if (!kept.has(image)) return true
  const read = readTag(tag)
  const subject = read.kind === 'attached' ? world.find(read.subject) : undefined
  if (subject !== undefined && subject !== image) return !kept.has(subject)
  if (subject === image) return false
  return world.input.scope !== undefined && !stays && world.covers(tag)
}

const outside = (world: World, image: Image): boolean => {
  if (world.input.scope === undefined) return false
  const follows = world.subjects(image).length > 0 || (leavesNoChild(world) && world.parents(image).length > 0)
  if (image.tags.length === 0) return !follows && !world.deleted(image.subject) && !world.covers(undefined)
  return image.tags.some(tag => {
    const { subject } = readTag(tag)
    return world.find(subject) === undefined && !world.deleted(subject) && !world.covers(tag)
  })
}

const isNeeded = (world: World, image: Image, strong: Set<Image>, kept: Set<Image>): boolean =>
  world.parents(image).some(parent => kept.has(parent)) ||
  world.subjects(image).some(subject => kept.has(subject)) ||
  world.referrers(image).some(referrer => strong.has(referrer))

/** Nothing untagged stays there without the indexes above it. */
const leavesNoChild = ({ input, repository }: World): boolean =>
  (input.registryOf?.(repository).untagged ?? 'stays') !== 'stays'

/** With the indexes that a child keeps which nothing else holds, and what follows from them, until there is no more. */
const anchored = (
  world: World,
  { strong, kept }: { strong: Set<Image>; kept: Set<Image> },
): { strong: Set<Image>; kept: Set<Image>; anchors: Set<Image> } => {
  const lone = [...kept].filter(
    image => image.tags.length === 0 && !world.parents(image).some(parent => kept.has(parent)),
  )
  const anchors = new Set(leavesNoChild(world) ? lone.flatMap(image => world.parents(image)) : [])
  if (anchors.size === 0) return { strong, kept, anchors }
  const more = anchored(world, spread(world, new Set([...strong, ...anchors]), kept))
  return { ...more, anchors: new Set([...anchors, ...more.anchors]) }
}

const spread = (world: World, seeds: Set<Image>, alsoKept = seeds): { strong: Set<Image>; kept: Set<Image> } => {
  const strong = new Set(seeds)
  const kept = new Set([...seeds, ...alsoKept])
  for (let before = -1; before !== strong.size + kept.size; ) {
    before = strong.size + kept.size
    for (const image of world.all) {
      const byParent = world.parents(image).some(parent => kept.has(parent))
      const byReferrer = world.referrers(image).some(referrer => strong.has(referrer))
      const bySubject = world.subjects(image).some(subject => kept.has(subject))
      if (byParent || byReferrer) strong.add(image)
      if (strong.has(image) || bySubject) kept.add(image)
    }
  }
  return { strong, kept }
}

const ruleOf = (world: World, image: Image): Rule | undefined => {
  const { input } = world
  if (isNamedBy(world.input.usage.workloads, world, image)) return 'in-use'
  if (isNamedBy(world.input.usage.foreign ?? [], world, image)) return 'foreign-host'
  if (input.usage.complete !== true || input.usage.unknownIn?.has(image.repository)) return 'usage-incomplete'
  if (isUnknown(world, image)) return 'unknown'
  const protects = (rule: keyof typeof protectsBy) =>
    input.policies.some(policy => protectsBy[rule](world, image, policy))
  if (protects('grace')) return 'grace'
  if (protects('excluded')) return 'excluded'
  if (isTrackedByOthers(world, image)) return 'tracked'
  if (protects('keepTags')) return 'keepTags'
  if (world.subjects(image).length > 0) return undefined
  if (input.policies.some(policy => isUnmatched(world, image, policy))) return 'unmatched'
  return (['keepRecent', 'semver', 'floating', 'unusedDays', 'keepDays'] as const).find(rule =>
    input.policies.some(policy => keepsBy[rule](world, image, policy)),
  )
}

/** By its own names, by those of anything below it, or by the digest of a child that is not listed. */
const isNamedBy = (workloads: readonly Workload[], world: World, image: Image): boolean => {
  const listed = [...world.below(image)]
  const unlisted = listed
    .flatMap(below => below.children ?? [])
    .filter(digest => world.find(digest) === undefined)
    .map(digest => ({ repository: world.repository, digest }))
  return workloads.some(workload => [...listed, ...unlisted].some(each => refersTo(workload, each)))
}

/** By a tag of the policy's scope; an untagged image by itself. */
const isTrackedByOthers = ({ input, repository }: World, image: Image): boolean => {
  const tags =
    image.tags.length === 0 ? [undefined] : image.tags.filter(tag => input.scope?.covers(repository, tag) ?? true)
  return tags.some(tag => input.tracked?.(repository, tag, image.digest) !== undefined)
}

const isUnmatched = (world: World, image: Image, policy: RetentionPolicy): boolean => {
  const isTagged = image.tags.some(tag => readTag(tag).kind !== 'attached')
  return hasNoRule(policy, image) && (isTagged || world.parents(image).length === 0)
}

const isUnreadIndex = (image: Image): boolean =>
  image.children === undefined && (image.unreadable !== undefined || indexTypes.includes(image.mediaType ?? ''))

/** Untagged, or about nothing that is listed by its attached tags, which are all that it has. */
const isUnexplained = (world: World, image: Image): boolean =>
  image.tags.length === 0 ||
  (world.subjects(image).length === 0 && image.tags.every(tag => readTag(tag).kind === 'attached'))

const isUnknown = (world: World, image: Image): boolean =>
  image.unreadable !== undefined ||
  image.mayBeNamed !== undefined ||
  time(image.pushedAt) === Number.NEGATIVE_INFINITY ||
  !types.includes(image.mediaType ?? '') ||
  isUnreadIndex(image) ||
  (isUnexplained(world, image) && world.all.some(isUnreadIndex))

const protectsBy = {
  grace: ({ input }: World, image: Image, policy: RetentionPolicy) =>
    input.now.getTime() - time(image.pushedAt) < policy.gracePeriodMs || time(image.pushedAt) > input.now.getTime(),
  excluded: (world: World, image: Image, policy: RetentionPolicy) =>
    policy.exclude.some(rule =>
      rule.tag === undefined
        ? isNamed(world, rule.name, undefined)
        : image.tags.some(tag => glob(rule.tag ?? '', tag) && isNamed(world, rule.name, tag)),
    ),
  keepTags: (_: World, image: Image, policy: RetentionPolicy) =>
    policy.keepTags.some(pattern => image.tags.some(tag => glob(pattern, tag))),
}

const isNamed = (world: World, name: string | undefined, tag: string | undefined): boolean => {
  if (name === undefined) return true
  const [, ...path] = world.repository.split('/')
  const objects = world.input.objectNames?.get(world.repository)
  const ofObjects = tag === undefined ? [...(objects?.values() ?? [])].flat() : (objects?.get(tag) ?? [])
  const names = [world.repository, path.join('/'), path.at(-1) ?? '', ...(objects?.get('') ?? []), ...ofObjects]
  return names.some(each => glob(name, each))
}
