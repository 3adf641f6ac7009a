import { describe, expect, it } from 'vitest'
import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import { type JudgeInput, judge } from '../../../../shared/domain/retention/judge.ts'
import { digestNamed } from './case.ts'
import { oracle } from './oracle.ts'
import type { Dice } from './random-tags.ts'
import { familyNames, familyOf, type TagFamily } from './real-tags.ts'
import { daysAgo, imageOf, nothingRuns, now, policyOf } from './retention-world.ts'

/** How many images of each family are judged at once. */
const size = 60

const policies: readonly Partial<RetentionPolicy>[] = [
  { keepRecent: 1 },
  { keepRecent: 3 },
  { keepRecent: 10 },
  { semver: { majorVersions: 2, minorVersions: 2, patches: 1 } },
  { semver: { patches: 2 } },
  { keepRecent: 2, groupBy: '^([a-z]+)[-.]' },
  { keepRecent: 1, groupBy: '(alpine|slim|jre|jdk)' },
  {
    rules: [
      { tags: ['v*'], keepRecent: 2 },
      { tags: ['*-*'], keepRecent: 1, groupBy: '-([a-z]+)' },
    ],
    keepRecent: 1,
  },
  {
    rules: [
      { tags: ['pr-*', 'sha-*', 'nightly*'], keepDays: 9 },
      { tags: ['*.*'], semver: { minorVersions: 2 } },
    ],
  },
]

/** The push times of a first sync, of a build each day, and of several builds at once. */
const pushTimes: Readonly<Record<string, (at: number) => Date>> = {
  'one push time': () => daysAgo(30),
  'a day apart': at => daysAgo(400 - at),
  'five at once': at => daysAgo(400 - Math.floor(at / 5)),
}

describe('two readings of tags as publishers write them', () => {
  it.each(familyNames)('agree on %s', name => {
    for (const [pushed, input] of inputsOf(name)) {
      const { decisions } = judge(input)

      const verdicts = decisions.map(each => [keyOf(each), `${each.verdict} ${each.rule}`] as const)
      const expected = oracle(input).verdicts
      const said = input.images.map(each => [keyOf(each), expected.get(`${each.repository} ${each.digest}`)] as const)
      const differences = differencesOf(new Map(verdicts), new Map(said))
      const [policy] = input.policies
      if (Object.keys(differences).length > 0) expect({ pushed, policy, differences }).toEqual({ differences: {} })
    }
  })

  it('meets thousands of tags of all kinds', () => {
    const tags = familyNames.flatMap(name => familyOf(name, size, diceOf(1)).images.flat())

    expect(tags.length).toBeGreaterThan(2000)
  })
})

const keyOf = ({ tags }: { readonly tags: readonly string[] }): string => tags.toSorted().join()

/** Each seed, with each way to be pushed, by each policy. */
function* inputsOf(name: string): IterableIterator<[string, JudgeInput]> {
  for (const seed of [1, 2, 3]) {
    const family = familyOf(name, size, diceOf(seed))
    for (const [pushed, pushedAt] of Object.entries(pushTimes)) {
      const images = imagesOf(family, pushedAt, diceOf(seed + 7))
      for (const policy of policies) {
        yield [pushed, { images, usage: nothingRuns, policies: [policyOf(policy)], now }]
      }
    }
  }
}

const differencesOf = (
  engine: Map<string, string>,
  expected: Map<string, string | undefined>,
): Record<string, string> =>
  Object.fromEntries(
    [...expected]
      .filter(([tags, verdict]) => engine.get(tags) !== verdict)
      .map(([tags, verdict]) => [tags, `expected ${verdict}, got ${engine.get(tags)}`]),
  )

const imagesOf = ({ images }: TagFamily, pushedAt: (at: number) => Date, dice: Dice): Image[] =>
  images.map((tags, at) =>
    imageOf(tags, {
      digest: digestNamed(tags.join()),
      pushedAt: pushedAt(at),
      ...(dice(3) === 0 ? { createdAt: daysAgo(900 - dice(400)) } : {}),
    }),
  )

/** The same numbers for the same seed. */
const diceOf = (seed: number): Dice => {
  let state = seed * 2_654_435_761
  return limit => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
