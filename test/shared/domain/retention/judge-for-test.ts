import { type JudgeInput, judge } from '../../../../shared/domain/retention/judge.ts'
import type { Judgement } from '../../../../shared/domain/retention/judgement.ts'
import type { Decision } from '../../../../shared/domain/verdict.ts'
import { nothingRuns, now, policyOf } from './retention-world.ts'

/** Judges with a policy that keeps nothing by itself, and with nothing running, but for what is given. */
export const judged = (input: Partial<JudgeInput> & Pick<JudgeInput, 'images'>): Judgement =>
  judge({ usage: nothingRuns, policies: [policyOf({ keepRecent: 0 })], now, ...input })

/** `rule` of each image by its first tag, or by the start of its digest where it has none. */
export const rulesOf = (judgement: Judgement): Record<string, string> =>
  Object.fromEntries(judgement.decisions.map(one => [one.tags[0] ?? one.digest, one.rule]))

/** The decision about the image with a tag. */
export const decisionOn = (judgement: Judgement, tag: string): Decision => {
  const decision = judgement.decisions.find(one => one.tags.includes(tag))
  if (decision === undefined) throw new Error(`no image has the tag ${tag}`)
  return decision.toJSON()
}
