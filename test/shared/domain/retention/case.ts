import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import { type JudgeInput, judge } from '../../../../shared/domain/retention/judge.ts'
import { oracle } from './oracle.ts'
import { daysAgo, imageOf, nothingRuns, now, policyOf } from './retention-world.ts'

/** A case of the specification, worked out by hand: its name begins with the numbers of the rules that it is about. */
export interface Case {
  readonly name: string
  readonly images: readonly Image[]
  /** One, or several that are judged together. */
  readonly policy: Partial<RetentionPolicy> | readonly Partial<RetentionPolicy>[]
  readonly input?: Partial<Pick<JudgeInput, 'usage' | 'objectNames' | 'scope'>>
  /** The tags of all kept images in any order; `@name` for an untagged one, by the name that its digest was made of. */
  readonly kept: string
  /** The rules that are reported, by tag or `@name`, where the case is about them. */
  readonly rules?: Readonly<Record<string, string>>
  /** Tags that may be removed, where the case is about them. */
  readonly tagsToDelete?: string
}

/** A case of tags alone. */
export const tagCase = (name: string, images: readonly Image[], policy: Case['policy'], kept: string): Case => ({
  name,
  images,
  policy,
  kept,
})

export const newest = (count: number): Partial<RetentionPolicy> => ({ keepRecent: count })

/** Images by their tags (`,` between those of one image), pushed a day apart, the first first; created at `tag@date`. */
export const inOrder = (text: string): Image[] =>
  imagesOf(text, (at, count) => ({ pushedAt: daysAgo(100 + count - at) }))

/** The same with one push time, as a first sync of a registry leaves them. */
export const atOnce = (text: string): Image[] => imagesOf(text, () => ({ pushedAt: daysAgo(100) }))

const imagesOf = (text: string, more: (at: number, count: number) => Partial<Image>): Image[] =>
  text.split(' ').map((each, at, all) => {
    const [tags = '', created] = each.split('@')
    const createdAt = created === undefined ? {} : { createdAt: new Date(`${created}T00:00:00Z`) }
    return imageOf(tags.split(','), { digest: digestOfText(tags), ...createdAt, ...more(at, all.length) })
  })

/** Digests in no order that a reader or an engine could make something of. */
const digestOfText = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** `image` for an untagged one that is shown as `@name`. */
export const untagged = (name: string, more: Partial<Image> = {}): Image =>
  imageOf('', { digest: digestOfText(`@${name}`), ...more })

export const digestNamed = (name: string): Digest => digestOfText(name)

/** Runs each case by both readings of the specification. */
export const checkCases = (title: string, cases: readonly Case[]): void => {
  describe(`${title}, by the oracle`, () => {
    it.each(cases)('$name', each => {
      expect(outcomeOf(each, byOracle(inputOf(each)))).toEqual(expectedOf(each))
    })
  })
  describe(`${title}, by the engine`, () => {
    it.each(cases)('$name', each => {
      expect(outcomeOf(each, byEngine(inputOf(each)))).toEqual(expectedOf(each))
    })
  })
}

interface Outcome {
  /** `verdict rule` by `repository digest`. */
  readonly verdicts: ReadonlyMap<string, string>
  readonly tagsToDelete: readonly string[]
}

const inputOf = ({ images, policy, input }: Case): JudgeInput => ({
  images,
  usage: nothingRuns,
  policies: [policy].flat().map(policyOf),
  now,
  ...input,
})

const byOracle = (input: JudgeInput): Outcome => {
  const { verdicts, tagsToDelete } = oracle(input)
  return { verdicts, tagsToDelete: [...tagsToDelete].map(each => each.split(' ')[1] ?? '') }
}

export const byEngine = (input: JudgeInput): Outcome => {
  const { decisions, tagsToDelete } = judge(input)
  const verdicts = decisions.map(each => [`${each.repository} ${each.digest}`, `${each.verdict} ${each.rule}`] as const)
  return { verdicts: new Map(verdicts), tagsToDelete: tagsToDelete.map(({ tag }) => tag) }
}

const sorted = (words: readonly string[]): string =>
  words
    .filter(word => word !== '')
    .toSorted()
    .join(' ')

const expectedOf = ({ kept, rules = {}, tagsToDelete }: Case) => ({
  kept: sorted(kept.split(' ')),
  rules,
  ...(tagsToDelete === undefined ? {} : { tagsToDelete: sorted(tagsToDelete.split(' ')) }),
})

const outcomeOf = ({ images, rules = {}, tagsToDelete }: Case, outcome: Outcome) => {
  const [kept, ruleOf] = [[] as string[], new Map<string, string>()]
  for (const image of images) {
    const [verdict, rule = ''] = outcome.verdicts.get(`${image.repository} ${image.digest}`)?.split(' ') ?? []
    const names = image.tags.length > 0 ? image.tags : [nameOf(image)]
    for (const name of names) ruleOf.set(name, rule)
    if (verdict === 'keep') kept.push(...names)
  }
  return {
    kept: sorted(kept),
    rules: Object.fromEntries(Object.keys(rules).map(name => [name, ruleOf.get(name)])),
    ...(tagsToDelete === undefined ? {} : { tagsToDelete: sorted(outcome.tagsToDelete) }),
  }
}

const names = 'a b child deep index signature'.split(' ')

const nameOf = ({ digest }: Image): string => `@${names.find(name => digestOfText(`@${name}`) === digest) ?? digest}`
