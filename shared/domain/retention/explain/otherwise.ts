import type { TagPolicy } from '../../policy/policy.ts'
import type { Decision } from '../../verdict.ts'
import { compilePolicy } from '../compile-policy.ts'
import { ruleSetTagsOf } from '../rule-set-tags.ts'
import { policyProtections, tagRules } from '../rules.ts'
import type { Question } from './question.ts'
import { readingOf } from './rank.ts'

/** What would become of a kept image, and when that is known. */
export interface Otherwise {
  readonly after: 'use' | 'time'
  /** The moment up to which the rule keeps it, where time alone ends that. */
  readonly until?: Date
  readonly decision: Decision
}

/**
 * What is decided once the rule that keeps an image keeps it no longer: without the workloads that use it, or when the
 * time of a time rule is over and nothing else has changed. Undefined for other rules, and for an image that is to be deleted.
 */
export const otherwiseOf = (question: Question, decision: Decision): Otherwise | undefined => {
  if (decision.verdict !== 'keep') return undefined
  if (decision.rule === 'in-use' || decision.rule === 'foreign-host') {
    const without = question.answer({ usage: { complete: true, workloads: [] } })
    return without && { after: 'use', decision: without }
  }
  const until = endOf(question, decision)
  if (until === undefined) return undefined
  const then = question.answer({ now: new Date(until.getTime() + 1) })
  // Something else of the same rule may keep it longer, such as a child that was used later.
  return then === undefined || then.rule === decision.rule ? undefined : { after: 'time', until, decision: then }
}

/** The last moment at which a time rule holds for the image itself. */
const endOf = (question: Question, { rule }: Decision): Date | undefined => {
  const { images, digest, policy, now } = question
  const image = images.find(one => one.digest === digest)
  if (image === undefined) return undefined
  const protection = policyProtections.find(({ name }) => name === rule)
  const keepRule = tagRules.find(({ name }) => name === rule)
  const ends = [
    protection?.endsAtMs?.(image, { ...policy, hasOwnRules: true }),
    ...appliedRuleSets(question).map(said => keepRule?.endsAtMs?.(image, said)),
  ]
  const ms = Math.max(...ends.filter(end => end !== undefined))
  return Number.isFinite(ms) && ms >= now.getTime() ? new Date(ms) : undefined
}

/** The rule sets of the policy that apply to the image. */
const appliedRuleSets = (question: Question): readonly TagPolicy[] => {
  const reading = readingOf(question)
  if (reading === undefined) return []
  const place = reading.listing.images.findIndex(image => image.digest === question.digest)
  const { ruleSets } = compilePolicy(question.policy, '')
  const ruleSetTags = ruleSetTagsOf(ruleSets, reading)
  return ruleSets.filter((_, at) => ruleSetTags[at]?.appliesTo(place) === true).map(({ said }) => said)
}
