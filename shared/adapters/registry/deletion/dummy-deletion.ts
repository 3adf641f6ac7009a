import { randomBytes } from 'node:crypto'
import type { Digest } from '../../../domain/digest.ts'
import { ShelflifeError } from '../../../errors.ts'
import type { TagDeletion } from '../../../ports/registry.ts'
import { mediaTypeOf } from '../media-types.ts'
import { ensureBlob } from '../oci/blob-upload.ts'
import { findDigest, findManifestBytes } from '../oci/manifest-requests.ts'
import { answerOf, deletesNotAllowed, isUnsupported, sendDeletion, sendManifest } from '../oci/manifest-writes.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { dummyFor, emptyBlob, isDummyFor } from './dummy-manifest.ts'
import { kept, movedTo } from './tag-outcomes.ts'

interface Original {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/**
 * Moves the tag to a manifest of its own and deletes that by digest, so that no sibling tag is touched. Everything that
 * can be refused is tried before the tag is moved, and the tag is put back when the delete is refused after all.
 */
export async function deleteByDummy(
  session: OciSession,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion> {
  const found = await findManifestBytes(session, repository, digest)
  if (found === undefined) return kept('tag points at a manifest that the registry does not have')
  const original = { mediaType: mediaTypeOf(found.headers['content-type']), bytes: found.body }
  if (!(await allowsDeletes(session, repository))) return kept(deletesNotAllowed)
  await ensureBlob(session, repository, emptyBlob)
  const now = await findDigest(session, repository, tag)
  if (now !== digest) return now === undefined ? { outcome: 'absent' } : movedTo(now)
  const dummy = dummyFor(digest)
  const response = await sendManifest(session, repository, tag, dummy)
  if (response.status !== 201) return kept(`registry answered ${answerOf(response)} to a dummy manifest under the tag`)
  return deleteDummy(session, repository, tag, { dummy: dummy.digest, original })
}

/** Ends what a killed run began: the tag points at the dummy that replaced this digest. Undefined when it does not. */
export async function finishDummy(
  session: OciSession,
  repository: string,
  tag: string,
  { dummy, digest }: { dummy: Digest; digest: Digest },
): Promise<TagDeletion | undefined> {
  const found = await findManifestBytes(session, repository, dummy)
  if (found === undefined || !isDummyFor(digest, found.body)) return undefined
  const bytes = await findManifestBytes(session, repository, digest)
  const original = bytes && { mediaType: mediaTypeOf(bytes.headers['content-type']), bytes: bytes.body }
  return deleteDummy(session, repository, tag, { dummy, original })
}

/** Asks for the delete of a digest that nothing has, since a registry without deletes says so for any digest. */
async function allowsDeletes(session: OciSession, repository: string): Promise<boolean> {
  const response = await sendDeletion(session, repository, `sha256:${randomBytes(32).toString('hex')}`)
  return !isUnsupported(response)
}

async function deleteDummy(
  session: OciSession,
  repository: string,
  tag: string,
  { dummy, original }: { dummy: Digest; original: Original | undefined },
): Promise<TagDeletion> {
  const now = await findDigest(session, repository, tag)
  const refusal = await refusalOf(session, repository, dummy)
  const left = await findDigest(session, repository, tag)
  if (left === dummy) return putBack(session, repository, tag, original, refusal)
  if (now !== undefined && now !== dummy) return movedTo(now)
  return left === undefined ? { outcome: 'deleted', by: 'dummy' } : movedTo(left)
}

/** Why the dummy could not be deleted; undefined when it was. A failed call is a reason: the tag must still be put back. */
async function refusalOf(session: OciSession, repository: string, dummy: Digest): Promise<string | undefined> {
  try {
    const response = await sendDeletion(session, repository, dummy)
    return response.status === 202 ? undefined : answerOf(response)
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
  const response = await sendManifest(session, repository, tag, original)
  return kept(response.status === 201 ? `${why}; the tag was put back` : `${why}; the tag points at the dummy`)
}
