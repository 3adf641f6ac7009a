import { secondsOf } from '../domain/instant.ts'
import { anotherNamespace, type OwningNamespace } from '../domain/name-for-reader.ts'
import { type ActionWords, markWords } from '../domain/policy/action-words.ts'
import type { CleanupPolicy } from '../domain/policy/policy.ts'
import type { ImageRecord, Mark } from '../domain/records/images.ts'
import type { UsageRecord } from '../domain/records/workloads.ts'
import { tagRules } from '../domain/retention/rules.ts'
import type { Condition } from '../ports/cluster.ts'
import type { Coverage } from './cleanup-coverage.ts'
import { policySeenFrom, textSeenFrom, workloadSeenFrom } from './other-namespaces.ts'

/** What the cleanup part of a status is made of. */
export interface CleanupFacts {
  /** Where the object lives: nothing of other namespaces is named to it, but a policy that covers it. */
  readonly home: OwningNamespace
  /** The image that the object's tag points at; undefined without a tag, or while nothing is known of it. */
  readonly image: ImageRecord | undefined
  /** Every tag on the image. */
  readonly tags: readonly string[]
  readonly usage: readonly UsageRecord[]
  readonly coverage: Coverage
  /** The policy that marked the image; undefined where it is gone or cannot be read. */
  readonly markedBy: CleanupPolicy | undefined
  /** Workloads ran images of the repository once, and none does now. */
  readonly isOffline: boolean
  /** Of an object without a tag: the marks of the images of its repository. */
  readonly marks: readonly Mark[] | undefined
}

/** The mark of an image that the registry still holds. */
export const markOf = ({ image }: Pick<CleanupFacts, 'image'>): Mark | undefined =>
  image?.goneAt === undefined ? image?.mark : undefined

/** `status.cleanup`: the mark, with the policy, the reason and the date after which it may be deleted. */
export function cleanupStatus(facts: CleanupFacts): Record<string, unknown> {
  if (facts.marks) return { cleanup: { candidate: false, ...marksStatus(facts.marks) } }
  const mark = markOf(facts)
  const protector = protectorOf(facts)
  const protectedBy = protector === undefined ? {} : { protectedBy: protector }
  if (!mark) return { cleanup: { candidate: false, ...protectedBy } }
  const [markedTime, deleteAfter] = [secondsOf(mark.markedAt), secondsOf(mark.deleteAfter)]
  const { home, coverage } = facts
  const policy = policySeenFrom(home, mark.policy, coverage.policies)
  return {
    cleanup: {
      candidate: true,
      reasons: [
        textSeenFrom(home, mark.reason, coverage.policies),
        `${markWords(mark).done} after ${deleteAfter} unless something needs it by then`,
      ],
      ...(policy !== anotherNamespace && { policyRef: policy }),
      markedTime,
      deleteAfter,
      ...protectedBy,
    },
  }
}

function marksStatus(marks: readonly Mark[]): Record<string, unknown> {
  const first = firstDate(marks)
  return { markedImages: marks.length, ...(first && { deleteAfter: secondsOf(first) }) }
}

function firstDate(marks: readonly Mark[]): Date | undefined {
  const first = marks.reduce(
    (earliest, mark) => Math.min(earliest, mark.deleteAfter.getTime()),
    Number.POSITIVE_INFINITY,
  )
  return marks.length === 0 ? undefined : new Date(first)
}

/** Of the mark whose grace ends first. */
function firstWords(marks: readonly Mark[]): ActionWords {
  const [first] = marks.toSorted((a, b) => a.deleteAfter.getTime() - b.deleteAfter.getTime())
  return markWords(first ?? {})
}

/** What the marks of a whole repository say to people; undefined where there is none. */
export function marksText(marks: readonly Mark[]): string | undefined {
  const first = firstDate(marks)
  if (!first) return undefined
  const images = marks.length === 1 ? '1 image of the repository is' : `${marks.length} images of the repository are`
  return `${images} marked; the first is ${firstWords(marks).done} after ${secondsOf(first)} unless something needs it by then`
}

/** The condition `CleanupCandidate`: True while the image is marked, else why it is none. */
export function cleanupCondition(facts: CleanupFacts): Pick<Condition, 'type' | 'status' | 'reason' | 'message'> {
  const { image, tags, coverage, marks } = facts
  const type = 'CleanupCandidate'
  const mark = markOf(facts)
  if (mark) return { type, status: 'True', reason: reasonOf(facts), message: markText(mark, facts) }
  const none = { type, status: 'False' } as const
  const protector = protectorOf(facts)
  if (protector !== undefined && !marks) return { ...none, reason: 'InUse', message: `${protector} refers to it` }
  if (coverage.policies.length === 0)
    return { type, status: 'Unknown', reason: 'NoPolicy', message: 'no ImageCleanupPolicy covers it' }
  const excludedBy = image ? coverage.excludedBy({ tags }) : []
  if (excludedBy.length > 0)
    return { ...none, reason: 'Excluded', message: `excluded by policy ${excludedBy.join(', ')}` }
  const message = (marks && marksText(marks)) ?? `not marked by policy ${coverage.policies.join(', ')}`
  return { ...none, reason: 'WithinRetention', message }
}

/** What a mark says to people; equal marks have equal text. */
export function markText(
  { reason, policy, deleteAfter, ...announced }: Mark,
  { home, coverage }: Pick<CleanupFacts, 'home' | 'coverage'>,
): string {
  const shown = policySeenFrom(home, policy, coverage.policies)
  const who = shown === anotherNamespace ? anotherNamespace : `policy ${shown}`
  const why = textSeenFrom(home, reason, coverage.policies)
  return `${why}; ${who} ${markWords(announced).third} it after ${secondsOf(deleteAfter)} unless something needs it by then`
}

/**
 * No rule of the policy keeps a marked image, so the first that the policy gives names the reason; where that is about
 * time, that the application runs nowhere says more.
 */
function reasonOf({ markedBy, isOffline }: CleanupFacts): string {
  const said = markedBy === undefined ? [] : [markedBy, ...(markedBy.rules ?? [])]
  const [first] = said.flatMap(each =>
    tagRules.flatMap(rule => {
      const reason = rule.conditionReason?.(each)
      return reason === undefined ? [] : [{ reason, isTime: rule.judgesUntagged }]
    }),
  )
  if (isOffline && first?.isTime !== false) return 'ApplicationOffline'
  return first?.reason ?? 'VersionExpired'
}

/** Of several the first in alphabetical order, so that the order of a listing changes no status; those at home first. */
function protectorOf({ usage, home }: CleanupFacts): string | undefined {
  const texts = usage.filter(record => record.endedAt === undefined).map(record => workloadSeenFrom(home, record))
  return texts.filter(text => text !== anotherNamespace).sort()[0] ?? texts[0]
}
