import type { Digest } from '../domain/digest.ts'
import { isRefused, type Outcome, type Refused, type Transition } from '../domain/lifecycle/transition.ts'
import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { Store } from '../ports/store.ts'
import { saveLatest } from './save-latest.ts'

/**
 * The only caller of `saveImage`, so that no image is written but by a transition.
 * @throws ConflictError when the record is no longer the one that the transition was made of
 */
export const saveTransition = (
  { draft, previous }: Transition,
  store: Pick<Store, 'saveImage'>,
): Promise<ImageRecord> => store.saveImage(draft, previous)

/** Announces to the store the records that are about to be saved over, see {@link Store.announceSaves}. */
export const announceChanges = (
  changes: readonly { readonly previous: ImageRecord | TagRecord | undefined }[],
  store: Pick<Store, 'announceSaves'>,
): Promise<void> => store.announceSaves(changes.flatMap(({ previous }) => previous ?? []))

/** An image by its name, with its record where that was just read. */
export interface ImageToSave {
  readonly repository: string
  readonly digest: Digest
  readonly read?: ImageRecord
}

/**
 * Makes a transition of the record as it was read, and of the record as it stands then where another write came first.
 * Answers the transition that was saved, or why it was refused.
 */
export function saveLatestImage(
  { repository, digest, read }: ImageToSave,
  decide: (image: ImageRecord | undefined) => Outcome | Promise<Outcome>,
  store: Pick<Store, 'findImage' | 'saveImage'>,
): Promise<Transition | Refused> {
  return saveLatest(async isFirst => {
    const current = isFirst && read ? read : await store.findImage(repository, digest)
    const outcome = await decide(current)
    if (!isRefused(outcome)) await saveTransition(outcome, store)
    return outcome
  })
}
