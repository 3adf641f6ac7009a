import type { Digest } from '../../../domain/digest.ts'
import { ShelflifeError, UnavailableError } from '../../../errors.ts'
import type { TagDeletion } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { mediaTypeOf } from '../media-types.ts'
import { ensureBlob } from '../oci/blob-upload.ts'
import { deletesNotAllowed } from '../oci/delete-refusals.ts'
import { probeDelete, sendDeletion } from '../oci/delete-requests.ts'
import { answerOf } from '../oci/error-codes.ts'
import { findDigest, findManifestBytes } from '../oci/manifest-requests.ts'
import { sendManifest } from '../oci/manifest-writes.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { type DummyManifest, dummyFor, emptyBlob, isDummyFor } from './dummy-manifest.ts'
import { kept, movedTo } from './tag-outcomes.ts'

interface Original {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** ACR has locks against deletes that let a push pass: there a dummy would take a locked tag from its image. */
const hasLocksThatPushesPass = (host: string): boolean => /\.azurecr\.(?:io|cn|us|de)$/.test(host)

/** How a registry lets go of a dummy. */
export interface DummyDeletes {
  /** Why it would not, as far as that is known before; then the tag is left where it is. */
  findForbidden(repository: string): Promise<string | undefined>
  /** Deletes it, and says why it could not; undefined where it is done. */
  deleteDummy(repository: string, dummy: Digest): Promise<string | undefined>
}

/** By the plain API. */
const byDigest = (session: OciSession): DummyDeletes => ({
  findForbidden: repository => findForbidden(session, repository),
  async deleteDummy(repository, dummy) {
    const response = await sendDeletion(session, repository, dummy)
    return response.status === 202 ? undefined : answerOf(response)
  },
})

/**
 * Moves the tag to a manifest of its own and deletes that by digest, so that no sibling tag is touched. Everything that
 * can be refused is tried before the tag is moved, and the tag is put back when the delete is refused after all. Only
 * for a registry that deletes no tag by its name.
 */
export async function deleteByDummy(
  session: OciSession,
  repository: string,
  tag: string,
  digest: Digest,
  deletes: DummyDeletes = byDigest(session),
): Promise<TagDeletion> {
  if (hasLocksThatPushesPass(session.host))
    return kept('registry deletes no tag by its name, and a push would pass its locks: delete the tag there')
  const found = await findManifestBytes(session, repository, digest)
  if (found === undefined) return kept('tag points at a manifest that the registry does not have')
  const original = { mediaType: mediaTypeOf(found.headers['content-type']), bytes: found.body }
  const forbids = await deletes.findForbidden(repository)
  if (forbids !== undefined) return kept(forbids)
  await ensureBlob(session, repository, emptyBlob)
  const now = await findDigest(session, repository, tag)
  if (now !== digest) return now === undefined ? { outcome: 'absent' } : movedTo(now)
  const dummy = dummyFor(digest)
  const response = await pushDummy(session, repository, tag, dummy)
  if (response !== undefined && response.status !== 201)
    return kept(`registry answered ${answerOf(response)} to a dummy manifest under the tag`)
  return deleteDummy(session, repository, tag, { dummy: dummy.digest, original, deletes })
}

/** Undefined where there was no answer and the tag points at the dummy all the same: it must be taken off again. */
async function pushDummy(
  session: OciSession,
  repository: string,
  tag: string,
  dummy: DummyManifest,
): Promise<HttpResponse | undefined> {
  try {
    return await sendManifest(session, repository, tag, dummy, true)
  } catch (error) {
    if (!(error instanceof UnavailableError) || (await findDigest(session, repository, tag)) !== dummy.digest)
      throw error
    return undefined
  }
}

/** Ends what a killed run began: the tag points at the dummy that replaced this digest. Undefined when it does not. */
export async function finishDummy(
  session: OciSession,
  repository: string,
  tag: string,
  { dummy, digest, deletes = byDigest(session) }: { dummy: Digest; digest: Digest; deletes?: DummyDeletes },
): Promise<TagDeletion | undefined> {
  const found = await findManifestBytes(session, repository, dummy)
  if (found === undefined || !isDummyFor(digest, found.body)) return undefined
  const bytes = await findManifestBytes(session, repository, digest)
  const original = bytes && { mediaType: mediaTypeOf(bytes.headers['content-type']), bytes: bytes.body }
  return deleteDummy(session, repository, tag, { dummy, original, deletes })
}

/** Why the registry would not let a dummy go, by what it says to the delete of a digest that nothing has. */
async function findForbidden(session: OciSession, repository: string): Promise<string | undefined> {
  const probe = await probeDelete(session, repository, 'digest')
  if (probe?.status === 404 || probe?.status === 202) return undefined
  if (probe?.status === 405) return deletesNotAllowed
  const answered = probe === undefined ? 'gave no answer' : `answered ${probe.text}`
  return `registry ${answered} to the delete of a digest that is not there, so that a dummy manifest under the tag might stay`
}

async function deleteDummy(
  session: OciSession,
  repository: string,
  tag: string,
  { dummy, original, deletes }: { dummy: Digest; original: Original | undefined; deletes: DummyDeletes },
): Promise<TagDeletion> {
  const refusal = await refusalOf(deletes, repository, dummy)
  const left = await findDigest(session, repository, tag)
  if (left === dummy) return putBack(session, repository, tag, original, refusal)
  return left === undefined ? { outcome: 'deleted', by: 'dummy' } : movedTo(left)
}

/** Why the dummy could not be deleted; undefined when it was. A failed call is a reason: the tag must still be put back. */
async function refusalOf(deletes: DummyDeletes, repository: string, dummy: Digest): Promise<string | undefined> {
  try {
    return await deletes.deleteDummy(repository, dummy)
  } catch (error) {
    if (error instanceof ShelflifeError) return error.name
    throw error
  }
}

async function putBack(
  session: OciSession,
  repository: string,
  tag: string,
  original: Original | undefined,
  refusal: string | undefined,
): Promise<TagDeletion> {
  const why = `registry did not delete the dummy manifest (${refusal ?? 'it is still there'})`
  if (original === undefined) return kept(`${why}; the tag points at the dummy`)
  const response = await sendManifest(session, repository, tag, original, true)
  return kept(response.status === 201 ? `${why}; the tag was put back` : `${why}; the tag points at the dummy`)
}
