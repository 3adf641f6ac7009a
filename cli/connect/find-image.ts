import type { Digest } from '../../shared/domain/digest.ts'
import type { ImageRecord, TagRecord } from '../../shared/domain/records/images.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { Store } from '../../shared/ports/store.ts'
import { getNamedImage, type NamedImage } from './find-repository.ts'
import type { Installation } from './installation.ts'
import { nearestOf } from './nearest.ts'

/** An image that is there, or was. */
export interface KnownImage {
  readonly repository: string
  readonly digest: Digest
  /** The tag by which it was asked for, absent where it was a digest. */
  readonly tag?: TagRecord
  /** Absent for a tag whose image is not recorded yet. */
  readonly record?: ImageRecord
}

/** @throws InvalidInputError where it was never seen, with the tags that are known nearby */
export async function getImage(text: string, installation: Installation): Promise<KnownImage> {
  const name = await getNamedImage(text, installation)
  const { repository } = name
  const { store } = installation
  const tag = name.tag === undefined ? undefined : await store.findTag(repository, name.tag)
  const digest = name.digest ?? tag?.digest
  const record = digest && (await store.findImage(repository, digest))
  if (digest === undefined || (record === undefined && tag === undefined)) throw await unseen(name, store)
  if (tag !== undefined && tag.digest !== digest)
    throw new InvalidInputError(
      `expected tag ${tag.tag} of ${repository} to point at ${digest}, it points at ${tag.digest}; ask by tag or by digest`,
    )
  return { repository, digest, ...(tag && { tag }), ...(record && { record }) }
}

async function unseen({ repository, tag, digest }: NamedImage, store: Store): Promise<InvalidInputError> {
  if (digest !== undefined)
    return new InvalidInputError(`expected an image that was seen in ${repository}, found no ${digest}`)
  const unread = (await store.listUnreadTags(repository)).find(one => one.tag === tag)
  if (unread !== undefined)
    return new InvalidInputError(
      `expected a tag that can be read, so that it is known which image it is; ${tag} of ${repository} is there and is never deleted: ${unread.unreadable}`,
    )
  const tags = (await store.listTags(repository)).map(one => one.tag)
  const near = nearestOf(tag ?? '', tags)
  const known = near.length === 0 ? 'no tag of it was seen yet' : `among its tags are ${near.join(', ')}`
  return new InvalidInputError(`expected a tag that was seen in ${repository}, found no ${tag ?? 'tag'}; ${known}`)
}
