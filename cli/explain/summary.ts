import { outsideActor } from '../../shared/domain/lifecycle/absence.ts'
import { actionWords } from '../../shared/domain/policy/action-words.ts'
import { keptBy } from '../plan/kept-by.ts'
import type { Disappearance, ExplainedMark, ImageState, PolicyExplanation } from './explanation.ts'

/** What a sentence about an image is made of. */
export interface Findings {
  readonly state: ImageState
  readonly policies: readonly PolicyExplanation[]
  readonly mark: ExplainedMark | undefined
  readonly gone: Disappearance | undefined
  /** Why it could not be judged, where that is so. */
  readonly unjudged: string | undefined
}

/** The answer in one sentence. */
export function summaryOf({ state, policies, mark, gone, unjudged }: Findings): string {
  if (gone !== undefined) return goneText(gone)
  if (unjudged !== undefined) return `kept: ${unjudged}`
  const all = policies.filter(policy => policy.verdict === 'delete')
  // Where several would delete it, the one that has marked it says why and when, or the first that will.
  const deleting = all.find(({ policy }) => policy === mark?.policy) ?? all.toSorted(byDeparture)[0]
  if (state === 'marked' && mark !== undefined) {
    if (deleting === undefined)
      return `marked by ${mark.policy}, and kept by now: the mark is lifted by the next look at it`
    return `marked by ${mark.policy}: ${deleting.reason}; ${deleting.deletion?.text ?? `deleted from ${mark.deleteAfter} on`}`
  }
  if (deleting !== undefined) {
    const when = deleting.deletion === undefined ? '' : `; ${deleting.deletion.text}`
    return `would be ${actionWords(deleting.action ?? 'Delete').done} by ${deleting.policy}: ${deleting.reason}${when}`
  }
  const [first] = policies
  if (first === undefined) return 'kept: no policy covers it'
  return `${keptBy(first.rule)}: ${first.reason}`
}

/** What is on dry run or stopped deletes nothing; of the others the one whose time is known comes first. */
const byDeparture = (a: PolicyExplanation, b: PolicyExplanation): number =>
  Number(a.stoppedBy.length > 0) - Number(b.stoppedBy.length > 0) || timeOf(a) - timeOf(b) || 0

const timeOf = ({ deletion }: PolicyExplanation): number => Date.parse(deletion?.after ?? '9999-01-01T00:00:00Z')

const goneText = ({ what, at, by, reason }: Disappearance): string => {
  // What happened outside names who did it, as far as that is known, in the reason.
  const cause = by === undefined || by === outsideActor ? (reason ?? forgotten) : `${by}: ${reason}`
  return `the ${what} has been gone since ${at} (${cause})`
}

const forgotten = 'the audit trail no longer tells by whom'
