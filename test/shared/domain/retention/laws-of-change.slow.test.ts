import { describe, expect } from 'vitest'
import type { Image } from '../../../../shared/domain/image.ts'
import { expectNone, isKept, judgeWorld, keyOf, law, lawOfEngine, toDeleteOf, type Verdicts } from './law.ts'
import { generousVariants } from './more-generous.ts'
import { byAge } from './oracle-order.ts'
import { readTag } from './oracle-tags.ts'
import { World as OracleWorld } from './oracle-world.ts'
import { inputOf, type World } from './random-world.ts'
import { renamed } from './renamed-world.ts'
import { now } from './retention-world.ts'

describe('laws of what changes a plan', () => {
  lawOfEngine('the order of input never changes a word of it', (world, chance) => {
    const [one, other] = [judgeWorld(world), judgeWorld(shuffledWorld(world, chance))]

    const whole = ({ decisions, tagsToDelete, totals }: typeof one): string =>
      JSON.stringify({ decisions, tagsToDelete, totals })
    if (whole(other) !== whole(one)) expect(JSON.parse(whole(other))).toEqual(JSON.parse(whole(one)))
  })

  law('digests are names: others, in another order, change no verdict', (judge, world, chance) => {
    const other = renamed(world, chance)
    const pairs = world.images.map((image, at) => [image, other.images[at] ?? image] as const)

    const [before, after] = [judge(world), judge({ ...other, images: shuffle(other.images, chance) })]

    expectNone(pairs.filter(([one, same]) => before.verdicts.get(keyOf(one)) !== after.verdicts.get(keyOf(same))))
    const tagPairs = pairs.flatMap(([one, same]) =>
      one.tags.map((tag, at) => [`${one.repository} ${tag}`, `${same.repository} ${same.tags[at]}`] as const),
    )
    expectNone(tagPairs.filter(([one, same]) => before.tagsToDelete.has(one) !== after.tagsToDelete.has(same)))
  })

  law('what is equal to something kept by keepRecent is kept', (judge, world) => {
    const before = judge(world)

    const lost = repositoriesOf(world).flatMap(each => equalsOfKept(each, before.verdicts))
    expectNone(lost.filter(image => !isKept(before, image)))
  })

  law('without creation times nothing more is to be deleted', (judge, world) => {
    const images = world.images.map(({ createdAt: _, ...image }) => image)

    const [before, after] = [judge(world), judge({ ...world, images })]

    expectNone(images.filter(image => isKept(before, image) && !isKept(after, image)))
  })

  law('an image is never lost by losing its own creation time', (judge, world, chance) => {
    const chosen = chance % world.images.length
    const images = world.images.map((image, at) => (at === chosen ? withoutCreation(image) : image))

    const [before, after] = [judge(world), judge({ ...world, images })]

    const image = images[chosen]
    if (image !== undefined && isKept(before, image)) expect(isKept(after, image)).toBe(true)
  })

  law('a plan of the survivors is empty', (judge, world) => {
    const before = judge(world)
    const images = world.images
      .filter(image => isKept(before, image))
      .map(image => ({
        ...image,
        tags: image.tags.filter(tag => !before.tagsToDelete.has(`${image.repository} ${tag}`)),
      }))
    const survivors = { ...world, images }

    const after = judge(survivors)

    expectNone(toDeleteOf(after, survivors))
    expectNone([...after.tagsToDelete])
  })

  law('another keep rule or protection never would delete more', (judge, world, chance) => {
    const variants = generousVariants(world)
    const generous = variants[chance % variants.length] ?? world

    const [before, after] = [judge(world), judge(generous)]

    const released = releasedAnchors(world, before, after)
    expectNone(toDeleteOf(after, world).filter(image => isKept(before, image) && !released.has(keyOf(image))))
    const taggedOf = new Map(
      world.images.flatMap(image => image.tags.map(tag => [`${image.repository} ${tag}`, image])),
    )
    const newTags = [...after.tagsToDelete].filter(tag => !before.tagsToDelete.has(tag))
    expectNone(newTags.filter(tag => !released.has(keyOf(taggedOf.get(tag) as Image))))
  })

  law('a newer version never saves or would delete outside of its own count', (judge, world, chance) => {
    const repository = world.images[chance % world.images.length]?.repository ?? ''
    const tag = ['9999.0.0', '9999.0.0-alpine', '9999.0.0-rc.1'][chance % 3] ?? ''

    const after = judge({ ...world, images: [...world.images, newerImage(repository, tag)] })

    const before = judge(world)
    const changed = world.images.filter(image => isKept(before, image) !== isKept(after, image))
    const patterns = world.policies.flatMap(({ groupBy, rules = [] }) => [groupBy, ...rules.map(rule => rule.groupBy)])
    const sharesCount = (other: string): boolean =>
      patterns.some(groupBy => readTag(other, groupBy).count === readTag(tag, groupBy).count)
    expectNone(changed.filter(one => !relatedTo(one, world.images).some(image => image.tags.some(sharesCount))))
  })

  lawOfEngine('other repositories never change a word of it', (world, chance) => {
    const repository = world.images[chance % world.images.length]?.repository ?? ''
    const images = world.images.filter(image => image.repository === repository)

    const alone = judgeWorld({ ...world, images })

    const together = judgeWorld(world).decisions.filter(decision => decision.repository === repository)
    if (JSON.stringify(alone.decisions) !== JSON.stringify(together)) expect(alone.decisions).toEqual(together)
  })
})

const withoutCreation = ({ createdAt: _, ...image }: Image): Image => image

const shuffledWorld = (world: World, chance: number): World => ({
  ...world,
  images: shuffle(world.images, chance).map(image => ({ ...image, tags: shuffle(image.tags, chance) })),
  usage: { ...world.usage, workloads: shuffle(world.usage.workloads, chance) },
})

const repositoriesOf = (world: World): OracleWorld[] =>
  [...new Set(world.images.map(image => image.repository))].map(repository => {
    const images = world.images.filter(image => image.repository === repository)
    return new OracleWorld(inputOf(world), repository, images)
  })

/** Of images whose one counted tag kept them by keepRecent, all that nothing in rule 13 tells from them. */
const equalsOfKept = (world: OracleWorld, verdicts: ReadonlyMap<string, string>): Image[] => {
  const [policy, ...others] = world.input.policies
  if (policy === undefined || others.length > 0) return []
  const counted = world.counted.get(policy) ?? []
  return counted
    .filter(tag => verdicts.get(keyOf(tag.image)) === 'keep keepRecent')
    .filter(tag => counted.filter(other => other.image === tag.image).length === 1)
    .flatMap(tag => world.competitors(tag, policy).filter(other => byAge(other, tag, now) === 0))
    .map(tag => tag.image)
}

const shuffle = <T>(items: readonly T[], chance: number): T[] => {
  const shuffled = [...items]
  let state = chance + 1
  for (let at = shuffled.length - 1; at > 0; at--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const other = state % (at + 1)
    const [a, b] = [shuffled[at] as T, shuffled[other] as T]
    shuffled[at] = b
    shuffled[other] = a
  }
  return shuffled
}

/**
 * The one thing that another keep rule lets go: an index that stayed only so that its registry does not take an untagged
 * child along, once a rule keeps another index of that child; and what the graph alone kept for that index.
 */
const releasedAnchors = (world: World, before: Verdicts, after: Verdicts): ReadonlySet<string> => {
  if ((world.untagged ?? 'stays') === 'stays') return new Set()
  const byGraph = (image: Image) => before.verdicts.get(keyOf(image)) === 'keep graph'
  const isIndexOf = (child: Image) => (index: Image) =>
    index.repository === child.repository && index.children?.includes(child.digest) === true
  const anchors = world.images
    .filter(child => child.tags.length === 0 && isKept(after, child))
    .map(child => world.images.filter(isIndexOf(child)))
    .filter(indexes => indexes.some(index => isKept(after, index)))
    .flatMap(indexes => indexes.filter(byGraph))
  return new Set(anchors.flatMap(anchor => relatedTo(anchor, world.images).filter(byGraph)).map(keyOf))
}

const newerImage = (repository: string, tag: string): Image => ({
  repository,
  digest: `sha256:${'e'.repeat(64)}`,
  tags: [tag],
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  pushedAt: new Date('2025-01-01T00:00:00Z'),
})

/** The images that hang together with one, whatever the direction and depth. */
const relatedTo = (one: Image, images: readonly Image[]): Image[] => {
  const all = images.filter(image => image.repository === one.repository)
  const related = new Set<string>([one.digest])
  for (let before = 0; before !== related.size; ) {
    before = related.size
    for (const image of all) {
      const others = [...(image.children ?? []), image.subject, ...image.tags.map(tag => readTag(tag).subject)]
      const near = others.filter(other => other !== undefined)
      if (related.has(image.digest)) for (const other of near) related.add(other)
      else if (near.some(other => related.has(other))) related.add(image.digest)
    }
  }
  return all.filter(image => related.has(image.digest))
}
