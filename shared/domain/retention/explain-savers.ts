import type { RetentionPolicy, SemverRule } from '../policy.ts'
import type { Question } from './explain-question.ts'

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

/**
 * Each by itself would keep the image, as judging with it shows: a keepTags of one of its tags, and each number of the
 * policy that can be raised far enough. Empty for an image that is kept, or that no such change keeps.
 */
export const saversOf = (question: Question): Saver[] => {
  const { policy, images, digest } = question
  const keeps = (changed: RetentionPolicy) => question.answer({ policy: changed })?.verdict === 'keep'
  if (keeps(policy)) return []
  const tags = images.find(image => image.digest === digest)?.tags ?? []
  const [tag] = [...tags].sort().filter(each => keeps({ ...policy, keepTags: [...policy.keepTags, each] }))
  const { semver = {} } = policy
  const number = (
    how: Exclude<Saver['how'], 'keepTags'>,
    from: number | undefined,
    max: number,
    change: (to: number) => Partial<RetentionPolicy>,
  ): Saver[] => {
    const to =
      from === undefined ? undefined : leastThat(from + 1, max, value => keeps({ ...policy, ...change(value) }))
    return from === undefined || to === undefined ? [] : [{ how, from, to }]
  }
  const dimension = (how: keyof SemverRule) =>
    number(how, semver[how], maxSemver, to => ({ semver: { ...semver, [how]: to } }))
  return [
    ...number('keepRecent', policy.keepRecent, maxRecent, keepRecent => ({ keepRecent })),
    ...(['majorVersions', 'minorVersions', 'patches'] as const).flatMap(dimension),
    ...number('unusedDays', policy.unusedDays, maxDays, unusedDays => ({ unusedDays })),
    ...number('keepDays', policy.keepDays, maxDays, keepDays => ({ keepDays })),
    ...(tag === undefined ? [] : [{ how: 'keepTags' as const, tag }]),
  ]
}

/** The least value from which on the test holds, found by halving; undefined where it does not hold for the highest. */
const leastThat = (low: number, high: number, holds: (value: number) => boolean): number | undefined => {
  if (low > high || !holds(high)) return undefined
  let [from, to] = [low, high]
  while (from < to) {
    const middle = Math.floor((from + to) / 2)
    if (holds(middle)) to = middle
    else from = middle + 1
  }
  return to
}
