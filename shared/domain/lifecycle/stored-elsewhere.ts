import type { ImageRecord, Storage } from '../records/images.ts'
import { isCarriedOutLately } from './begun-deletion.ts'

/** True where the registry keeps it elsewhere than is recorded. */
export const isStoredElsewhere = ({ storage }: Pick<ImageRecord, 'storage'>, told: 'active' | Storage): boolean =>
  (storage ?? 'active') !== told

/** The same image, kept there. It stays ours only where a run of ours archived it, or may just have done so. */
export function storedAt<Body extends Pick<ImageRecord, 'storage' | 'archivedBy'>>(
  { storage: _, archivedBy, ...body }: Body,
  storage: 'active' | Storage,
  now: Date,
): Omit<Body, 'storage' | 'archivedBy'> & Pick<ImageRecord, 'storage' | 'archivedBy'> {
  if (storage === 'active') return body
  const isOurs = archivedBy !== undefined && (storage !== 'archived' || isCarriedOutLately(archivedBy.at, now))
  return { ...body, storage, ...(isOurs && { archivedBy }) }
}
