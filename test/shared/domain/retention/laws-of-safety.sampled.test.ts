import { describe } from 'vitest'
import type { Image } from '../../../../shared/domain/image.ts'
import { expectNone, isKept, judgeWorld, law, lawOfEngine, toDeleteOf } from './law.ts'
import { ruleSetOf } from './oracle-rule-sets.ts'
import { readTag } from './oracle-tags.ts'
import { refersTo } from './oracle-usage.ts'
import type { World } from './random-world.ts'
import { now } from './retention-world.ts'

describe('laws of what is never deleted', () => {
  law('nothing that runs, and nothing while usage is not complete', (judge, world) => {
    const { complete, workloads } = world.usage

    const dead = toDeleteOf(judge(world), world)

    expectNone(dead.filter(image => !complete || workloads.some(workload => refersTo(workload, image))))
  })

  law('nothing whose config or layer a workload names by its digest alone', (judge, world) => {
    const named = new Set(world.usage.workloads.map(({ image }) => image.replace(/^.*:\/\//, '').toLowerCase()))

    const dead = toDeleteOf(judge(world), world)

    expectNone(dead.filter(({ blobs = [] }) => blobs.some(blob => named.has(blob.digest))))
  })

  law('nothing that is named under another host, nor what others track inside of the scope', (judge, world) => {
    const { foreign = [] } = world.usage
    const outside = new Set(world.uncovered)

    const dead = toDeleteOf(judge(world), world)

    const isTracked = ({ repository, tags }: Image): boolean =>
      (tags.length === 0 ? [repository] : tags.map(tag => `${repository} ${tag}`)).some(
        place => world.tracked?.includes(place) === true && !outside.has(place),
      )
    expectNone(dead.filter(image => isTracked(image) || foreign.some(workload => refersTo(workload, image))))
  })

  law('nothing too young or unknown', (judge, world) => {
    const graceMs = Math.max(...world.policies.map(policy => policy.gracePeriodMs))

    const dead = toDeleteOf(judge(world), world)

    const isOld = ({ pushedAt }: Image): boolean => now.getTime() - (pushedAt?.getTime() ?? Number.NaN) >= graceMs
    const isKnown = ({ mediaType }: Image): boolean =>
      /^application\/vnd\.(oci\.image|docker\.dis)/.test(mediaType ?? '')
    expectNone(dead.filter(image => !isOld(image) || !isKnown(image)))
  })

  law('nothing excluded by tag or named by keepTags', (judge, world) => {
    const literal = world.policies.flatMap(({ keepTags, exclude }) => [
      ...keepTags,
      ...exclude.map(({ name, tag }) => (name === undefined ? tag : undefined)),
    ])

    const dead = toDeleteOf(judge(world), world)

    expectNone(dead.filter(({ tags }) => tags.some(tag => literal.includes(tag))))
  })

  law('nothing with a tag that no rule applies to', (judge, world) => {
    const silent = world.policies.filter(({ keepRecent, semver, unusedDays, keepDays }) =>
      [keepRecent, semver, unusedDays, keepDays].every(field => field === undefined),
    )

    const dead = toDeleteOf(judge(world), world)

    const isUnmatched = (tag: string): boolean =>
      readTag(tag).kind !== 'attached' && silent.some(policy => ruleSetOf(policy, tag) === policy)
    expectNone(dead.filter(image => subjectsOf(image, world).length === 0 && image.tags.some(isUnmatched)))
  })

  law('nothing that something kept needs', (judge, world) => {
    const verdicts = judge(world)

    const needed = world.images
      .filter(image => isKept(verdicts, image))
      .flatMap(({ repository, children = [] }) => children.map(digest => ({ repository, digest })))
    expectNone(world.images.filter(image => !isKept(verdicts, image) && needed.some(isSame(image))))
  })

  law('a referrer, unless all of its subjects are, and then it always is', (judge, world) => {
    const verdicts = judge(world)

    const differs = (image: Image): boolean => {
      const subjects = subjectsOf(image, world)
      if (subjects.length === 0 || hasTagOutside(world, image)) return false
      return isKept(verdicts, image) !== subjects.some(subject => isKept(verdicts, subject))
    }
    expectNone(world.images.filter(differs))
  })

  lawOfEngine('anything without saying why', world => {
    const { decisions } = judgeWorld(world)

    expectNone(decisions.filter(one => one.reason === '' || one.reason.includes('undefined')))
    expectNone(decisions.filter(one => (one.rule === 'none') !== (one.verdict === 'delete')))
    expectNone(decisions.filter(one => one.rule === 'in-use' && one.protectedBy.length === 0))
  })
})

const isSame =
  (image: Image) =>
  ({ repository, digest }: Pick<Image, 'repository' | 'digest'>): boolean =>
    image.repository === repository && image.digest === digest

const subjectsOf = (image: Image, world: World): Image[] => {
  const named = [image.subject, ...image.tags.map(tag => readTag(tag).subject)]
  return world.images.filter(
    other => other !== image && other.repository === image.repository && named.includes(other.digest),
  )
}

const hasTagOutside = (world: World, image: Image): boolean =>
  image.tags.some(tag => world.uncovered?.includes(`${image.repository} ${tag}`) === true)
