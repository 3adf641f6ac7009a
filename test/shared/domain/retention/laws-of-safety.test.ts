import { describe } from 'vitest'
import type { Image } from '../../../../shared/domain/image.ts'
import type { JudgedImage } from '../../../../shared/domain/retention/judged-image.ts'
import type { Judgement } from '../../../../shared/domain/retention/judgement.ts'
import { expectNone, judgeWorld, law, verdictsOf } from './law.ts'
import { readTag } from './oracle-tags.ts'
import { refersTo } from './oracle-usage.ts'
import type { World } from './random-world.ts'
import { now } from './retention-world.ts'

const doomed = (judgement: Judgement): JudgedImage[] =>
  judgement.decisions.filter(({ verdict }) => verdict === 'delete')

describe('laws of what is never doomed', () => {
  law('nothing that runs, and nothing while usage is not complete', world => {
    const { complete, workloads } = world.usage

    const dead = doomed(judgeWorld(world))

    expectNone(dead.filter(({ image }) => !complete || workloads.some(workload => refersTo(workload, image))))
  })

  law('nothing too young or unknown', world => {
    const graceMs = Math.max(...world.policies.map(policy => policy.gracePeriodMs))

    const dead = doomed(judgeWorld(world))

    const isOld = ({ pushedAt }: Image): boolean => now.getTime() - (pushedAt?.getTime() ?? Number.NaN) >= graceMs
    const isKnown = ({ mediaType }: Image): boolean =>
      /^application\/vnd\.(oci\.image|docker\.dis)/.test(mediaType ?? '')
    expectNone(dead.filter(({ image }) => !isOld(image) || !isKnown(image)))
  })

  law('nothing excluded by tag or named by keepTags', world => {
    const literal = world.policies.flatMap(({ keepTags, exclude }) => [
      ...keepTags,
      ...exclude.map(({ name, tag }) => (name === undefined ? tag : undefined)),
    ])

    const dead = doomed(judgeWorld(world))

    expectNone(dead.filter(({ tags }) => tags.some(tag => literal.includes(tag))))
  })

  law('nothing that something kept needs', world => {
    const judgement = judgeWorld(world)

    const verdicts = verdictsOf(judgement)
    const needed = judgement.decisions
      .filter(({ verdict }) => verdict === 'keep')
      .flatMap(({ repository, image }) => (image.children ?? []).map(child => `${repository} ${child}`))
    expectNone(needed.filter(key => verdicts.get(key) === 'delete'))
  })

  law('a referrer, unless all of its subjects are, and then it always is', world => {
    const judgement = judgeWorld(world)

    const verdicts = verdictsOf(judgement)
    const differs = ({ repository, verdict, image }: JudgedImage): boolean => {
      const named = [image.subject, ...image.tags.map(tag => readTag(tag).subject)].filter(
        each => each !== image.digest,
      )
      const subjects = named.map(digest => verdicts.get(`${repository} ${digest}`)).filter(each => each !== undefined)
      if (subjects.length === 0 || hasTagOutside(world, image)) return false
      return verdict !== (subjects.includes('keep') ? 'keep' : 'delete')
    }
    expectNone(judgement.decisions.filter(differs))
  })

  law('anything without saying why', world => {
    const { decisions } = judgeWorld(world)

    expectNone(decisions.filter(one => one.reason === '' || one.reason.includes('undefined')))
    expectNone(decisions.filter(one => (one.rule === 'none') !== (one.verdict === 'delete')))
    expectNone(decisions.filter(one => one.rule === 'in-use' && one.protectedBy.length === 0))
  })
})

const hasTagOutside = (world: World, image: Image): boolean =>
  image.tags.some(tag => world.uncovered?.includes(`${image.repository} ${tag}`) === true)
