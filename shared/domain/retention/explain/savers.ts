import type { Image } from '../../image.ts'
import type { RetentionPolicy, SemverRule } from '../../policy/policy.ts'
import { knownMs, lastUsedMs } from '../listing/known-time.ts'
import type { Question } from './question.ts'
import { ranksOf } from './rank.ts'

/** One change of a policy that would keep an image which it dooms now. */
export type Saver =
  | { readonly how: 'keepTags'; readonly tag: string }
  | {
      readonly how: 'keepRecent' | 'unusedDays' | 'keepDays' | keyof SemverRule
      readonly from: number
      /** The least value that keeps it. */
      readonly to: number
    }

/** The highest values that the policy's definition takes. */
const maxRecent = 1000
const maxDays = 3650
const maxSemver = 100

const dayMs = 86_400_000

/**
 * Each by itself would keep the image, as judging with it shows: a keepTags of one of its tags, and each number of the
 * policy that can be raised far enough. Empty for an image that is kept, or that no such change keeps.
 */
export const saversOf = (question: Question): Saver[] => {
  const { policy, images, digest } = question
  const keeps = (changed: Partial<RetentionPolicy>) =>
    question.answer({ policy: { ...policy, ...changed } })?.verdict === 'keep'
  const image = images.find(each => each.digest === digest)
  if (image === undefined || keeps({})) return []
  const { keepRecent, unusedDays, keepDays } = policy
  const daysSince = (ms: number) => Math.ceil((question.now.getTime() - ms) / dayMs)
  return [
    ...numberSaver('keepRecent', keepRecent, maxRecent, ranksOf(question)[0]?.place, to => keeps({ keepRecent: to })),
    ...semverSavers(policy, keeps),
    ...numberSaver('unusedDays', unusedDays, maxDays, daysSince(lastUsedMs(image)), to => keeps({ unusedDays: to })),
    ...numberSaver('keepDays', keepDays, maxDays, daysSince(knownMs(image.pushedAt)), to => keeps({ keepDays: to })),
    ...tagSavers(image, policy, keeps),
  ]
}

const semverSavers = (
  { semver = {} }: RetentionPolicy,
  keeps: (changed: Partial<RetentionPolicy>) => boolean,
): Saver[] =>
  (['majorVersions', 'minorVersions', 'patches'] as const).flatMap(how =>
    numberSaver(how, semver[how], maxSemver, undefined, to => keeps({ semver: { ...semver, [how]: to } })),
  )

/** The first of its tags, in alphabetical order, whose keepTags keeps the image. */
const tagSavers = (
  { tags }: Image,
  { keepTags }: RetentionPolicy,
  keeps: (changed: Partial<RetentionPolicy>) => boolean,
): Saver[] => {
  const tag = [...tags].sort().find(each => keeps({ keepTags: [...keepTags, each] }))
  return tag === undefined ? [] : [{ how: 'keepTags', tag }]
}

/** `guess` is the value that the image itself asks for; what needs it in the graph may ask for another. */
const numberSaver = (
  how: Exclude<Saver['how'], 'keepTags'>,
  from: number | undefined,
  max: number,
  guess: number | undefined,
  keeps: (to: number) => boolean,
): Saver[] => {
  if (from === undefined || from >= max || !keeps(max)) return []
  const isGuess =
    guess !== undefined && guess > from && guess <= max && keeps(guess) && (guess === from + 1 || !keeps(guess - 1))
  return [{ how, from, to: isGuess ? guess : leastThat(from + 1, max, keeps) }]
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
