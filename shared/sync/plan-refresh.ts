import type { Digest } from '../domain/digest.ts'
import { secondsOf } from '../domain/instant.ts'
import type { ImageRecord } from '../domain/records.ts'
import type { Observation } from './observe.ts'
import { auditOf, type Change, type SyncContext } from './plan-records.ts'

/** One push tells of itself several times: by its tag, by its digest, and by notifications that come twice. */
const onePushMs = 60_000

/** Known images that were pulled since, as far as the registry tells. One write for each later time. */
export function planPulls(
  context: SyncContext,
  known: ReadonlyMap<Digest, ImageRecord>,
  { tags, untagged }: Pick<Observation, 'tags' | 'untagged'>,
): Change<ImageRecord>[] {
  const pulls = new Map<Digest, Date>()
  for (const { digest, pulledAt } of [...tags.values(), ...untagged])
    if (pulledAt && pulledAt > (pulls.get(digest) ?? new Date(0))) pulls.set(digest, pulledAt)
  return [...pulls].flatMap(([digest, pulledAt]) => {
    const previous = known.get(digest)
    if (!previous || previous.goneAt !== undefined || (previous.pulledAt && previous.pulledAt >= pulledAt)) return []
    return [refreshed(context, previous, { pulledAt }, `pulled ${secondsOf(pulledAt)}, says the registry`)]
  })
}

/**
 * An image that an event says was pushed, while its record says that it was there already: nothing in the registry shows
 * it, and yet whoever pushed it means to use it (F11).
 */
export function planPushedAgain(context: SyncContext, previous: ImageRecord): Change<ImageRecord>[] {
  if (context.pushed !== true || previous.goneAt !== undefined) return []
  if (context.now.getTime() - previous.pushedAt.at.getTime() < onePushMs) return []
  const pushedAt = { at: context.now, source: 'event' as const }
  return [refreshed(context, previous, { pushedAt }, 'pushed again')]
}

function refreshed(
  context: SyncContext,
  previous: ImageRecord,
  news: Pick<ImageRecord, 'pulledAt'> | Pick<ImageRecord, 'pushedAt'>,
  reason: string,
): Change<ImageRecord> {
  const change = auditOf(context, { action: 'image-refreshed', digest: previous.digest, reason })
  return { previous, draft: { ...previous, ...news, change } }
}
