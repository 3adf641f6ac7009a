import type { AuditEntry } from './audit.ts'
import type { ImageRecord, Stage } from './records.ts'

/** An invocation that deletes ends within this. */
const longestExecutionMs = 15 * 60_000

/**
 * True while an execution may be between two calls of this image's deletion. Its mark is left to that execution, which
 * judges again by itself: lifted under its hands, the record could not note that the image is gone.
 */
export const isBeingDeleted = ({ deletion }: Pick<ImageRecord, 'deletion'>, now: Date): boolean =>
  deletion !== undefined && now.getTime() - deletion.startedAt.getTime() < longestExecutionMs

/**
 * The image without its mark, and without the deletion that had begun, of which only the policy is remembered; the entry
 * says who lifted it and why.
 */
export function withoutMark(
  { mark, deletion, ...image }: ImageRecord,
  stage: Stage,
  change: Omit<AuditEntry, 'action' | 'digest'>,
): Omit<ImageRecord, 'number'> {
  const begunBy = deletion && mark?.policy
  return {
    ...image,
    ...(begunBy && { begunBy }),
    stage,
    change: { ...change, action: 'mark-lifted', digest: image.digest },
  }
}
