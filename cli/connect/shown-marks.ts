import type { CoveredObject } from '../../shared/sweep/world/covered-object.ts'

/**
 * Marked images of one repository, as its Repository objects show them: by one for the whole repository, where its status
 * tells; else by the tags that are tracked one by one.
 */
export function markedIn(objects: readonly CoveredObject[]): number {
  const cleanups = objects.map(({ object, tag }) => ({ tag, cleanup: cleanupOf(object.status) }))
  const ofTags = new Set(cleanups.flatMap(({ tag, cleanup }) => (cleanup.candidate === true ? (tag ?? []) : [])))
  return cleanups.reduce((most, { cleanup }) => Math.max(most, cleanup.markedImages ?? 0), ofTags.size)
}

/** When the first of them goes, RFC 3339 in UTC; undefined where none is marked. */
export const firstDeletionIn = (objects: readonly CoveredObject[]): string | undefined =>
  objects.flatMap(({ object }) => cleanupOf(object.status).deleteAfter ?? []).sort()[0]

const cleanupOf = (status: CoveredObject['object']['status']): Cleanup => (status.cleanup ?? {}) as Cleanup

/** Of `status.cleanup`. */
interface Cleanup {
  readonly candidate?: boolean
  readonly markedImages?: number
  readonly deleteAfter?: string
}
