import type { Digest } from '../../../domain/digest.ts'
import type { TagDeletion, Untagging } from '../../../ports/registry.ts'
import { tagRefusalOf } from '../oci/delete-refusals.ts'
import { deletionText, sendDeletion } from '../oci/delete-requests.ts'
import { isDeniedToDelete } from '../oci/error-codes.ts'
import { findDigest } from '../oci/manifest-requests.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { type DummyDeletes, deleteByDummy, finishDummy } from './dummy-deletion.ts'
import { kept, movedTo } from './tag-outcomes.ts'

/** One way to delete a tag; undefined when this registry does not offer it and nothing has changed. */
type Rung = (session: OciSession, repository: string, tag: string, digest: Digest) => Promise<TagDeletion | undefined>

const rungs: readonly Rung[] = [deleteByTag, (...at) => deleteByDummy(...at)]

/**
 * Goes down the ladder until a registry accepts a way. Between the look at the tag and the delete a push can still come
 * in: no registry offers a conditional delete of a tag except by its own API.
 */
export async function deleteTag(
  session: OciSession,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion> {
  const over = await findElsewhere(session, repository, tag, digest)
  if (over) return over
  for (const rung of rungs) {
    const outcome = await rung(session, repository, tag, digest)
    if (outcome !== undefined) return outcome
  }
  return kept('registry offers no way to delete one tag')
}

/** The first rung alone, without the look at what it did. */
export async function untag(session: OciSession, repository: string, tag: string, digest: Digest): Promise<Untagging> {
  const over = await findElsewhere(session, repository, tag, digest)
  if (over) return over
  const response = await sendDeletion(session, repository, tag)
  // Whether a 404 is true is seen in the list.
  if (response.status === 202 || isDeniedToDelete(response, deletionText(session, repository, tag)))
    return { outcome: 'accepted' }
  const refusal = await tagRefusalOf(session, { repository, reference: tag, response })
  return refusal === 'unsupported' ? { outcome: 'unsupported' } : kept(refusal)
}

/** What there is to say of a tag that does not point at the digest; undefined while it does. */
export async function findElsewhere(
  session: OciSession,
  repository: string,
  tag: string,
  digest: Digest,
  deletes?: DummyDeletes,
): Promise<TagDeletion | undefined> {
  const now = await findDigest(session, repository, tag)
  if (now === undefined) return { outcome: 'absent' }
  if (now === digest) return undefined
  return (
    (await finishDummy(session, repository, tag, { dummy: now, digest, ...(deletes && { deletes }) })) ?? movedTo(now)
  )
}

/**
 * Undefined only where the registry refuses the delete of any tag in the same words, so that no tag that is locked there
 * gets to the next rung.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#deleting-tags
 */
async function deleteByTag(
  session: OciSession,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion | undefined> {
  const response = await sendDeletion(session, repository, tag)
  if (response.status === 202) {
    if ((await findDigest(session, repository, tag)) !== digest) return { outcome: 'deleted', by: 'oci' }
    return { ...kept('registry accepted the delete and the tag is still there'), isAccepted: true }
  }
  if (isDeniedToDelete(response, deletionText(session, repository, tag))) {
    const left = await findDigest(session, repository, tag)
    return left === undefined
      ? { outcome: 'absent' }
      : kept('registry says that it does not know the tag, and still serves it')
  }
  const refusal = await tagRefusalOf(session, { repository, reference: tag, response })
  return refusal === 'unsupported' ? undefined : kept(refusal)
}
