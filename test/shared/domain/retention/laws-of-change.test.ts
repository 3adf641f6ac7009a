import { describe, expect } from 'vitest'
import type { Image } from '../../../../shared/domain/image.ts'
import type { Decision } from '../../../../shared/domain/verdict.ts'
import { doomedTagKeys, expectNone, judgeWorld, keyOf, law, verdictsOf } from './law.ts'
import { generousVariants } from './more-generous.ts'
import { readTag } from './oracle-tags.ts'

describe('laws of what changes a plan', () => {
  law('the order of input never does', (world, chance) => {
    const shuffled = {
      ...world,
      images: shuffle(world.images, chance).map(image => ({ ...image, tags: shuffle(image.tags, chance) })),
      usage: { ...world.usage, workloads: shuffle(world.usage.workloads, chance) },
    }

    const [one, other] = [judgeWorld(world), judgeWorld(shuffled)]

    const whole = ({ decisions, doomedTags, totals }: typeof one): string =>
      JSON.stringify({ decisions, doomedTags, totals })
    if (whole(other) !== whole(one)) expect(JSON.parse(whole(other))).toEqual(JSON.parse(whole(one)))
  })

  law('a plan of the survivors is empty', world => {
    const judgement = judgeWorld(world)
    const verdicts = verdictsOf(judgement)
    const doomedTags = doomedTagKeys(judgement)
    const images = world.images
      .filter(image => verdicts.get(keyOf(image)) === 'keep')
      .map(image => ({ ...image, tags: image.tags.filter(tag => !doomedTags.has(`${image.repository} ${tag}`)) }))

    const again = judgeWorld({ ...world, images })

    expectNone(again.decisions.filter(({ verdict }) => verdict === 'delete'))
    expectNone(again.doomedTags)
  })

  law('another keep rule or protection never dooms more', (world, chance) => {
    const variants = generousVariants(world)
    const generous = variants[chance % variants.length] ?? world

    const [before, after] = [judgeWorld(world), judgeWorld(generous)]

    const verdicts = verdictsOf(before)
    const doomedTags = doomedTagKeys(before)
    expectNone(after.decisions.filter(one => one.verdict === 'delete' && verdicts.get(keyOf(one)) === 'keep'))
    expectNone([...doomedTagKeys(after)].filter(tag => !doomedTags.has(tag)))
  })

  law('a newer version never saves or dooms outside of its own count', (world, chance) => {
    const repository = world.images[chance % world.images.length]?.repository ?? ''
    const tag = ['9999.0.0', '9999.0.0-alpine', '9999.0.0-rc.1'][chance % 3] ?? ''

    const after = judgeWorld({ ...world, images: [...world.images, newerImage(repository, tag)] })

    const before = verdictsOf(judgeWorld(world))
    const changed = after.decisions.filter(one => before.has(keyOf(one)) && before.get(keyOf(one)) !== one.verdict)
    const sharesCount = (other: string): boolean =>
      world.policies.some(({ groupBy }) => readTag(other, groupBy).count === readTag(tag, groupBy).count)
    expectNone(changed.filter(one => !relatedTo(one, world.images).some(image => image.tags.some(sharesCount))))
  })

  law('other repositories never do', (world, chance) => {
    const repository = world.images[chance % world.images.length]?.repository ?? ''
    const images = world.images.filter(image => image.repository === repository)

    const alone = judgeWorld({ ...world, images })

    const together = judgeWorld(world).decisions.filter(decision => decision.repository === repository)
    if (JSON.stringify(alone.decisions) !== JSON.stringify(together)) expect(alone.decisions).toEqual(together)
  })
})

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
