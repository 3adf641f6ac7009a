import type { Digest } from '../../../domain/digest.ts'
import type { TagDeletion, Untagging } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { findDigest } from '../oci/manifest-requests.ts'
import { answerOf, isUnsupported, sendDeletion } from '../oci/manifest-writes.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { deleteByDummy, finishDummy } from './dummy-deletion.ts'
import { deleteHarborTag } from './harbor-tag-api.ts'
import { kept, movedTo } from './tag-outcomes.ts'

/** One way to delete a tag; undefined when this registry does not offer it and nothing has changed. */
type Rung = (session: OciSession, repository: string, tag: string, digest: Digest) => Promise<TagDeletion | undefined>

const rungs: Readonly<Record<'oci' | 'harbor', readonly Rung[]>> = {
  oci: [deleteByTag, deleteByDummy],
  harbor: [deleteHarborTag, deleteByTag, deleteByDummy],
}

/**
 * Goes down the ladder until a registry accepts a way. Between the look at the tag and the delete a push can still come
 * in: no registry offers a conditional delete of a tag except by its own API.
 */
export async function deleteTag(
  session: OciSession,
  provider: 'oci' | 'harbor',
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion> {
  const over = await findElsewhere(session, repository, tag, digest)
  if (over) return over
  for (const rung of rungs[provider]) {
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
  if (isRefusedForAll(response)) return { outcome: 'unsupported' }
  // Whether a 404 is true is seen in the list.
  if (response.status === 202 || response.status === 404) return { outcome: 'accepted' }
  return kept(refusalText(response))
}

/** What there is to say of a tag that does not point at the digest; undefined while it does. */
async function findElsewhere(
  session: OciSession,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion | undefined> {
  const now = await findDigest(session, repository, tag)
  if (now === undefined) return { outcome: 'absent' }
  if (now === digest) return undefined
  return (await finishDummy(session, repository, tag, { dummy: now, digest })) ?? movedTo(now)
}

const isRefusedForAll = (response: HttpResponse): boolean => response.status === 400 || isUnsupported(response)

const refusalText = (response: HttpResponse): string =>
  `registry answered ${answerOf(response)} to the delete of the tag`

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#deleting-tags */
async function deleteByTag(
  session: OciSession,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion | undefined> {
  const response = await sendDeletion(session, repository, tag)
  if (isRefusedForAll(response)) return undefined
  const left = await findDigest(session, repository, tag)
  if (response.status === 404) return left === undefined ? { outcome: 'absent' } : undefined
  if (response.status !== 202) return kept(refusalText(response))
  if (left === digest) return { ...kept('registry accepted the delete and the tag is still there'), isAccepted: true }
  return { outcome: 'deleted', by: 'oci' }
}
