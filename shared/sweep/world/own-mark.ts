import type { ImageRecord, MarkOwner } from '../../domain/records/images.ts'
import type { Policy } from '../../objects/policy-object.ts'

/**
 * True for an image with a mark of the policy as it is, of this very object in this very namespace. One that is older
 * than the object, or of another uid, was made by another of its name; one of an earlier version, which records no
 * uids, is made anew.
 */
export function hasOwnMark(
  { id, hash, object }: Policy,
  owner: MarkOwner | undefined,
  { mark, markedFor }: Pick<ImageRecord, 'mark' | 'markedFor'>,
): boolean {
  if (mark?.policy !== id || mark.policyHash !== hash) return false
  if (mark.markedAt.getTime() < Date.parse(object.metadata.creationTimestamp ?? '')) return false
  if (owner === undefined) return true
  return markedFor?.policyUid === owner.policyUid && markedFor.namespaceUid === owner.namespaceUid
}
