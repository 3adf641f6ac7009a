import type { Decision } from '../../verdict.ts'
import { knownMs, lastUsedMs } from '../listing/known-time.ts'
import type { Question } from './question.ts'

/** What would become of a kept image, and when that is known. */
export interface Otherwise {
  readonly after: 'use' | 'time'
  /** The moment up to which the rule keeps it, where time alone ends that. */
  readonly until?: Date
  readonly decision: Decision
}

const dayMs = 86_400_000

/**
 * What is decided once the rule that keeps an image keeps it no longer: without the workloads that use it, or when the
 * time of a time rule is over and nothing else has changed. Undefined for other rules, and for an image that is doomed.
 */
export const otherwiseOf = (question: Question, decision: Decision): Otherwise | undefined => {
  if (decision.verdict !== 'keep') return undefined
  if (decision.rule === 'in-use') {
    const without = question.answer({ usage: { complete: true, workloads: [] } })
    return without && { after: 'use', decision: without }
  }
  const until = endOf(question, decision)
  if (until === undefined) return undefined
  const then = question.answer({ now: new Date(until.getTime() + 1) })
  // Something else of the same rule may keep it longer, such as a child that was used later.
  return then === undefined || then.rule === decision.rule ? undefined : { after: 'time', until, decision: then }
}

/** The last moment, in milliseconds, at which a time rule holds for the image itself. */
const endOf = ({ images, digest, policy, now }: Question, { rule }: Decision): Date | undefined => {
  const image = images.find(one => one.digest === digest)
  if (image === undefined) return undefined
  const ends: Partial<Record<Decision['rule'], number>> = {
    grace: knownMs(image.pushedAt) + policy.gracePeriodMs - 1,
    unusedDays: lastUsedMs(image) + (policy.unusedDays ?? 0) * dayMs,
    keepDays: knownMs(image.pushedAt) + (policy.keepDays ?? 0) * dayMs,
  }
  const ms = ends[rule]
  return ms !== undefined && Number.isFinite(ms) && ms >= now.getTime() ? new Date(ms) : undefined
}
