import type { Image } from '../../image.ts'
import type { RetentionPolicy, TagPolicy } from '../../policy/policy.ts'
import { isTag } from '../../repository-name.ts'
import { tagRules } from '../rules.ts'
import type { Question } from './question.ts'
import { ranksOf } from './rank.ts'

/** The numbers of a policy that can be raised: `keepRecent`, `majorVersions`, … */
export type RaisedNumber = (typeof tagRules)[number]['savers'][number]['how']

/** One change of a policy that would keep an image which it would delete now. */
export type Saver =
  | { readonly how: 'keepTags'; readonly tag: string }
  | {
      readonly how: RaisedNumber
      /** Which of the policy's `rules` the number is in, from 0 on; absent for one of the policy itself. */
      readonly rule?: number
      readonly from: number
      /** The least value that keeps it. */
      readonly to: number
    }

/**
 * Each by itself would keep the image, as judging with it shows: a keepTags of one of its tags, and each number of the
 * policy and of its `rules` that can be raised far enough. Empty for an image that is kept, or that no such change keeps.
 */
export const saversOf = (question: Question): Saver[] => {
  const { policy, images, digest } = question
  const keeps = (changed: RetentionPolicy) => question.answer({ policy: changed })?.verdict === 'keep'
  const image = images.find(each => each.digest === digest)
  if (image === undefined || keeps(policy)) return []
  const rules = policy.rules ?? []
  const asked: Asked = { image, nowMs: question.now.getTime(), place: ranksOf(question)[0]?.place }
  return [
    ...numberSavers(asked, policy, said => keeps({ ...policy, ...said })),
    ...rules.flatMap((rule, at) =>
      numberSavers(asked, rule, said => keeps({ ...policy, rules: rules.with(at, { ...rule, ...said }) })).map(
        saver => ({ ...saver, rule: at }),
      ),
    ),
    ...tagSavers(image, policy, keeps),
  ]
}

type NumberSaver = Exclude<Saver, { readonly how: 'keepTags' }>

/** The image that is asked about, with its best place in any count. */
interface Asked {
  readonly image: Image
  readonly nowMs: number
  readonly place: number | undefined
}

const numberSavers = (
  { image, nowMs, place }: Asked,
  said: TagPolicy,
  keeps: (said: TagPolicy) => boolean,
): NumberSaver[] =>
  tagRules.flatMap(rule =>
    rule.savers.flatMap(saver => {
      const from = saver.from(said)
      const keepsWith = (to: number) => keeps(saver.raised(said, to))
      if (from === undefined || from >= saver.max || !keepsWith(saver.max)) return []
      const guess = saver.guess?.(image, nowMs, place)
      return [{ how: saver.how, from, to: leastNumber(from, saver.max, guess, keepsWith) }]
    }),
  )

/** The first of its tags, in alphabetical order, whose keepTags keeps the image; what no registry takes as a tag is no glob. */
const tagSavers = ({ tags }: Image, policy: RetentionPolicy, keeps: (changed: RetentionPolicy) => boolean): Saver[] => {
  const tag = tags
    .filter(isTag)
    .sort()
    .find(each => keeps({ ...policy, keepTags: [...policy.keepTags, each] }))
  return tag === undefined ? [] : [{ how: 'keepTags', tag }]
}

/** `guess` is the value that the image itself asks for; what needs it in the graph may ask for another. */
const leastNumber = (from: number, max: number, guess: number | undefined, keeps: (to: number) => boolean): number => {
  const isGuess =
    guess !== undefined && guess > from && guess <= max && keeps(guess) && (guess === from + 1 || !keeps(guess - 1))
  return isGuess ? guess : leastThat(from + 1, max, keeps)
}

/** The least value from which on the test holds, found by halving; it holds for the highest. */
const leastThat = (low: number, high: number, holds: (value: number) => boolean): number => {
  let [from, to] = [low, high]
  while (from < to) {
    const middle = Math.floor((from + to) / 2)
    if (holds(middle)) to = middle
    else from = middle + 1
  }
  return to
}
