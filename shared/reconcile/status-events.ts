import type { AuditEntry } from '../domain/audit.ts'
import type { ImageRecord, Mark } from '../domain/records/images.ts'
import { findCondition } from '../objects/conditions.ts'
import type { CustomObject, ObjectEvent } from '../ports/cluster.ts'
import type { Store } from '../ports/store.ts'
import { type CleanupFacts, markOf, marksText, markText } from './cleanup-status.ts'
import { dangerNews } from './danger-condition.ts'
import { floatingTagNews } from './floating-tag-condition.ts'
import { textSeenFrom } from './other-namespaces.ts'
import { registryRulesNews } from './registry-rules-status.ts'

type Status = Readonly<Record<string, unknown>>

/** The Events that tell how a status differs from the one before: the error log of `kubectl describe`, dangers, marks and tags that float. */
export async function eventsOfChange(
  { status: before }: Pick<CustomObject, 'status'>,
  after: Status,
  cleanup: CleanupFacts,
  store: Pick<Store, 'listHistory'>,
): Promise<ObjectEvent[]> {
  return [
    ...syncNews(before, after),
    ...dangerNews(before, after),
    ...(await markNews(before, cleanup, store)),
    ...registryRulesNews(before, after),
    ...floatingTagNews(before, after),
  ]
}

/** One for each result of a sync that differs from the one before. */
function syncNews(before: Status, after: Status): ObjectEvent[] {
  const [old, now] = [findCondition(before, 'Synced'), findCondition(after, 'Synced')]
  if (!now || now.status === 'Unknown' || (old?.reason === now.reason && old.message === now.message)) return []
  return [{ type: now.status === 'True' ? 'Normal' : 'Warning', reason: now.reason, message: now.message }]
}

/** A mark made anew, under a changed policy, is told again. An image that was deleted had no mark lifted. */
async function markNews(
  before: Status,
  facts: CleanupFacts,
  store: Pick<Store, 'listHistory'>,
): Promise<ObjectEvent[]> {
  const { image, marks } = facts
  if (marks) return repositoryNews(before, marks)
  const shown = findCondition(before, 'CleanupCandidate')
  const wasMarked = shown?.status === 'True'
  const mark = markOf({ image })
  if (mark) {
    const message = markText(mark, facts)
    return wasMarked && shown.message === message ? [] : [{ type: 'Warning', reason: 'MarkedForCleanup', message }]
  }
  if (!wasMarked || !image || image.goneAt !== undefined) return []
  const message =
    before.digest === image.digest
      ? await liftingOf(image, facts, store)
      : `it is ${image.digest} now, which is not marked`
  return [{ type: 'Normal', reason: 'CleanupMarkLifted', message }]
}

/** Of a whole repository only what is new: where marks become fewer, some are lifted and some carried out. */
function repositoryNews(before: Status, marks: readonly Mark[]): ObjectEvent[] {
  const { markedImages = 0 } = (before.cleanup ?? {}) as { markedImages?: number }
  const message = marksText(marks)
  if (message === undefined || marks.length <= markedImages) return []
  return [{ type: 'Warning', reason: 'MarkedForCleanup', message }]
}

/** From the history, since another change may have come over the image after the mark was lifted. */
async function liftingOf(
  { repository, digest }: ImageRecord,
  { home, coverage }: CleanupFacts,
  store: Pick<Store, 'listHistory'>,
): Promise<string> {
  const history = await store.listHistory(repository, digest)
  const last = history.findLast(({ action }) => endingsOfMarks.includes(action))
  return last?.action === 'mark-lifted'
    ? textSeenFrom(home, `${last.reason} (${last.actor})`, coverage.policies)
    : 'it is marked no more'
}

const endingsOfMarks: readonly AuditEntry['action'][] = ['mark-lifted', 'deleted', 'object-deleted', 'delete-failed']
