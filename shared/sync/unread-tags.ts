import { isDeepStrictEqual } from 'node:util'
import type { UnreadTagRecord } from '../domain/records/images.ts'
import { isTag } from '../domain/repository-name.ts'
import type { Store } from '../ports/store.ts'
import type { Observation } from './observe.ts'
import type { SyncContext } from './plan-records.ts'
import { isGoneBy, seenByOf } from './reader-authority.ts'

/** Names that can be no tags say one thing each of them: some stand for all. */
const maxOddNames = 100

interface UnreadChanges {
  readonly saved: readonly UnreadTagRecord[]
  readonly removed: readonly UnreadTagRecord[]
}

/** What of the stored names that could not be read is to be written: those that are new or say something else. */
function planUnread(
  context: SyncContext,
  stored: readonly UnreadTagRecord[],
  observed: Observation,
  hasRead: boolean,
): UnreadChanges {
  const before = new Map(stored.map(record => [record.tag, record]))
  let odd = 0
  // In one order, whatever that of the list: else each sync would write others.
  const names = [...observed.unread].sort(([a], [b]) => (a < b ? -1 : 1))
  const wanted = names.filter(([name]) => isTag(name) || ++odd <= maxOddNames)
  const now = wanted.map(([tag, why]): UnreadTagRecord => {
    const previous = before.get(tag)
    const { repository } = context
    return {
      repository,
      tag,
      ...why,
      firstSeenAt: previous?.firstSeenAt ?? context.now,
      ...seenByOf(context.authority),
    }
  })
  const kept = new Set(now.map(record => record.tag))
  return {
    saved: now.filter(record => !saysTheSame(record, before.get(record.tag))),
    removed: stored.filter(record => !kept.has(record.tag) && isOver(record, context, observed, hasRead)),
  }
}

const saysTheSame = ({ seenBy: _, ...record }: UnreadTagRecord, previous: UnreadTagRecord | undefined): boolean => {
  if (previous === undefined) return false
  const { seenBy: _seenBy, ...before } = previous
  return isDeepStrictEqual(record, before)
}

/** It was read; or it is not there, and the reader is believed. */
function isOver(
  { tag, firstSeenAt, seenBy }: UnreadTagRecord,
  { authority }: SyncContext,
  { tags, untagged }: Observation,
  hasRead: boolean,
): boolean {
  if (tags.has(tag) || untagged.some(one => one.digest === tag)) return true
  return isGoneBy(authority, { name: tag, at: firstSeenAt, ...(seenBy !== undefined && { seenBy }) }, hasRead)
}

/** Writes what changed, and answers how much that was: a sync that finds nothing new writes nothing. */
export async function saveUnread(
  context: SyncContext,
  stored: readonly UnreadTagRecord[],
  observed: Observation,
  hasRead: boolean,
  store: Pick<Store, 'saveUnreadTags' | 'removeUnreadTags'>,
): Promise<number> {
  const { saved, removed } = planUnread(context, stored, observed, hasRead)
  if (saved.length > 0) await store.saveUnreadTags(saved)
  if (removed.length > 0) await store.removeUnreadTags(removed)
  return saved.length + removed.length
}
