import type { AuditEntry } from '../../shared/domain/audit.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import type { TagRecord } from '../../shared/domain/records/images.ts'
import { runOf } from '../io/run-id.ts'

const ends: readonly AuditEntry['action'][] = ['deleted', 'image-gone']
const begins: readonly AuditEntry['action'][] = ['image-recorded', 'restored']

/**
 * What happened to an image that is there, as far as it matters for why it is: the deletion that was undone, the one that
 * failed, the tags that a push moved away. `history` is oldest first.
 */
export const pastOf = (digest: Digest, history: readonly AuditEntry[], tags: readonly TagRecord[]): string[] => [
  ...restoredText(history),
  ...failedText(history),
  ...tags.flatMap(({ tag, digest: now, previousDigest, movedAt }) =>
    previousDigest === digest && movedAt !== undefined
      ? [`tag ${tag} was moved away from it by a push, seen at ${secondsOf(movedAt)}: it points at ${now} since`]
      : [],
  ),
]

function restoredText(history: readonly AuditEntry[]): string[] {
  const at = history.findLastIndex(({ action }) => action === 'restored')
  const restored = history[at]
  if (restored === undefined) return []
  const end = history.slice(0, at).findLast(({ action, tag }) => ends.includes(action) && tag === undefined)
  return [
    `restored at ${secondsOf(restored.at)} by ${restored.actor}`,
    ...(end ? [`before, it was deleted at ${secondsOf(end.at)} by ${doerOf(end)}: ${end.reason}`] : []),
  ]
}

/** Of its present life, whose beginning is forgotten before the end of the one before. */
function failedText(history: readonly AuditEntry[]): string[] {
  const begun = history.findLastIndex(
    ({ action, tag }) => begins.includes(action) || (ends.includes(action) && tag === undefined),
  )
  const failed = history.slice(begun + 1).findLast(({ action }) => action === 'delete-failed')
  if (failed === undefined) return []
  return [`${doerOf(failed)} could not delete it at ${secondsOf(failed.at)}: ${failed.reason}`]
}

function doerOf(entry: AuditEntry): string {
  const { run } = runOf(entry)
  return `${entry.actor}${run === undefined ? '' : ` in run ${run}`}`
}
