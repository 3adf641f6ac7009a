import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Image } from '../../../../shared/domain/image.ts'
import { judge } from '../../../../shared/domain/retention/judge.ts'
import type { Judgement } from '../../../../shared/domain/retention/judgement.ts'
import type { Decision } from '../../../../shared/domain/verdict.ts'
import { arbitraryWorld, numRuns } from './arbitrary-world.ts'
import { generousVariants } from './more-generous.ts'
import { readTag } from './oracle-tags.ts'
import { refersTo } from './oracle-usage.ts'
import { inputOf, type World } from './random-world.ts'
import { now } from './retention-world.ts'

const timeout = 600_000

const law = (name: string, holds: (world: World, chance: number) => void): void => {
  it(name, () => fc.assert(fc.property(arbitraryWorld(), fc.nat(), holds), { numRuns }), timeout)
}

const judged = (world: World): Judgement => judge(inputOf(world))

const keyOf = ({ repository, digest }: { repository: string; digest: string }): string => `${repository} ${digest}`

const verdictsOf = (judgement: Judgement): Map<string, 'keep' | 'delete'> =>
  new Map(judgement.decisions.map(decision => [keyOf(decision), decision.verdict]))

const tagKeys = (judgement: Judgement): Set<string> =>
  new Set(judgement.doomedTags.map(({ repository, tag }) => `${repository} ${tag}`))

describe('laws of retention', () => {
  law('nothing that runs, and nothing of unclear usage, is ever doomed', world => {
    for (const { verdict, image } of judged(world).decisions) {
      if (verdict === 'keep') continue
      expect(world.usage.complete).toBe(true)
      expect(world.usage.workloads.filter(workload => refersTo(workload, image))).toEqual([])
    }
  })

  law('nothing too young or unknown is ever doomed', world => {
    const graceMs = Math.max(...world.policies.map(policy => policy.gracePeriodMs))

    for (const { verdict, image } of judged(world).decisions) {
      if (verdict === 'keep') continue
      const age = now.getTime() - (image.pushedAt?.getTime() ?? Number.NaN)
      expect(age).toBeGreaterThanOrEqual(graceMs)
      expect(image.mediaType).toMatch(/^application\/vnd\.(oci\.image|docker\.distribution)\./)
    }
  })

  law('nothing that something kept needs is ever doomed', world => {
    const judgement = judged(world)

    const verdicts = verdictsOf(judgement)
    for (const { repository, verdict, image } of judgement.decisions) {
      const needed = verdict === 'keep' ? (image.children ?? []) : []
      expect(needed.filter(digest => verdicts.get(`${repository} ${digest}`) === 'delete')).toEqual([])
    }
  })

  law('a referrer is kept exactly when one of its subjects is', world => {
    const judgement = judged(world)

    const verdicts = verdictsOf(judgement)
    for (const { repository, verdict, image } of judgement.decisions) {
      const named = [image.subject, ...image.tags.map(tag => readTag(tag).subject)].filter(
        each => each !== image.digest,
      )
      const subjects = named.map(digest => verdicts.get(`${repository} ${digest}`)).filter(each => each !== undefined)
      if (subjects.length === 0 || hasOtherUncovered(world, image)) continue
      expect(verdict).toBe(subjects.includes('keep') ? 'keep' : 'delete')
    }
  })

  law('the order of input never matters', (world, chance) => {
    const shuffled = {
      ...world,
      images: shuffle(world.images, chance).map(image => ({ ...image, tags: shuffle(image.tags, chance) })),
      usage: { ...world.usage, workloads: shuffle(world.usage.workloads, chance) },
    }

    const [one, other] = [judged(world), judged(shuffled)]

    expect(JSON.stringify(other.decisions)).toBe(JSON.stringify(one.decisions))
    expect(other.doomedTags).toEqual(one.doomedTags)
    expect(other.totals).toEqual(one.totals)
  })

  law('a plan of the survivors is empty', world => {
    const judgement = judged(world)
    const verdicts = verdictsOf(judgement)
    const doomedTags = tagKeys(judgement)
    const images = world.images
      .filter(image => verdicts.get(keyOf(image)) === 'keep')
      .map(image => ({ ...image, tags: image.tags.filter(tag => !doomedTags.has(`${image.repository} ${tag}`)) }))

    const again = judged({ ...world, images })

    expect(again.decisions.filter(decision => decision.verdict === 'delete').map(decision => decision.digest)).toEqual(
      [],
    )
    expect(again.doomedTags).toEqual([])
  })

  law('another keep rule or protection never dooms more', (world, chance) => {
    const variants = generousVariants(world)
    const generous = variants[chance % variants.length] ?? world

    const [before, after] = [verdictsOf(judged(world)), judged(generous)]

    const lost = after.decisions
      .filter(({ verdict }) => verdict === 'delete')
      .filter(it => before.get(keyOf(it)) === 'keep')
    expect(lost.map(decision => decision.digest)).toEqual([])
    const doomedBefore = tagKeys(judged(world))
    expect([...tagKeys(after)].filter(tag => !doomedBefore.has(tag))).toEqual([])
  })

  law('a newer version never saves or dooms outside of its own count', (world, chance) => {
    const repository = world.images[chance % world.images.length]?.repository ?? ''
    const newer = newerImage(repository, ['9999.0.0', '9999.0.0-alpine', '9999.0.0-rc.1'][chance % 3] ?? '')

    const after = judged({ ...world, images: [...world.images, newer] })

    const before = verdictsOf(judged(world))
    const changed = after.decisions.filter(it => before.has(keyOf(it)) && before.get(keyOf(it)) !== it.verdict)
    const counts = new Set(world.policies.map(policy => readTag(newer.tags[0] ?? '', policy.groupBy).count))
    for (const decision of changed) {
      const related = relatedTo(decision, world.images)
      const tags = related.flatMap(image => image.tags)
      expect(tags.some(tag => world.policies.some(policy => counts.has(readTag(tag, policy.groupBy).count)))).toBe(true)
    }
  })

  law('a verdict never depends on other repositories', (world, chance) => {
    const repository = world.images[chance % world.images.length]?.repository ?? ''
    const images = world.images.filter(image => image.repository === repository)

    const alone = judged({ ...world, images })

    const together = judged(world).decisions.filter(decision => decision.repository === repository)
    expect(JSON.stringify(alone.decisions)).toBe(JSON.stringify(together))
  })

  law('every decision says why', world => {
    for (const decision of judged(world).decisions) {
      expect(decision.reason).not.toMatch(/undefined|^$/)
      expect(decision.rule === 'none').toBe(decision.verdict === 'delete')
      expect(decision.rule === 'in-use' && decision.protectedBy.length === 0).toBe(false)
    }
  })
})

const hasOtherUncovered = (world: World, image: Image): boolean =>
  image.tags.some(tag => world.uncovered?.includes(`${image.repository} ${tag}`) === true)

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

const newerImage = (repository: string, tag: string): Image => ({
  repository,
  digest: `sha256:${'e'.repeat(64)}`,
  tags: [tag],
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  pushedAt: new Date('2025-01-01T00:00:00Z'),
})

/** The images that hang together with one, whatever the direction and depth. */
const relatedTo = (decision: Decision, images: readonly Image[]): Image[] => {
  const all = images.filter(image => image.repository === decision.repository)
  const related = new Set<string>([decision.digest])
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
