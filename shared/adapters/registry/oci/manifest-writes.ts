import { type Digest, isDigest } from '../../../domain/digest.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { ManifestDeletion } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { digestOf, verifyDigest } from '../manifest.ts'
import { digestRefusalOf, isTagged } from './delete-refusals.ts'
import { deletionText, sendDeletion } from './delete-requests.ts'
import { answerOf, isDeniedToDelete, unexpectedStatus } from './error-codes.ts'
import { findDigest } from './manifest-requests.ts'
import type { OciSession } from './oci-session.ts'

/**
 * Pushes without reading the answer's status: what a refusal means differs between callers, and for some also that of an
 * access, see {@link OciRequest.refusalIsAnswer}.
 */
export const sendManifest = (
  session: OciSession,
  repository: string,
  reference: string,
  manifest: { mediaType: string; bytes: Uint8Array },
  refusalIsAnswer = false,
): Promise<HttpResponse> =>
  session.send({
    method: 'PUT',
    path: `/v2/${repository}/manifests/${reference}`,
    repository,
    headers: { 'content-type': manifest.mediaType },
    body: manifest.bytes,
    refusalIsAnswer,
  })

/** @throws InvalidInputError when blobs or children are gone, or the bytes do not hash to the digest they go under */
export async function putManifest(
  session: OciSession,
  repository: string,
  reference: string,
  manifest: { mediaType: string; bytes: Uint8Array },
): Promise<void> {
  const what = `PUT ${session.host}/v2/${repository}/manifests/${reference}`
  if (isDigest(reference)) verifyDigest(manifest.bytes, reference, what)
  const response = await sendManifest(session, repository, reference, manifest)
  if (response.status !== 201)
    throw unexpectedStatus(what, 'a stored manifest (its blobs and children must still be there)', response)
  const stated = response.headers['docker-content-digest']
  const digest = digestOf(manifest.bytes)
  if (stated !== undefined && stated !== digest)
    throw new InvalidInputError(`${what}: expected the registry to store ${digest}, got another digest`)
}

const taggedText = (response: HttpResponse): string =>
  `registry answered ${answerOf(response)} to the delete: it lets a digest go only without its tags`

/** Deletes by digest and looks afterwards whether it is gone, until the registry has shown that it does what it accepts. */
export async function deleteManifest(
  session: OciSession,
  repository: string,
  digest: Digest,
): Promise<ManifestDeletion> {
  const response = await sendDeletion(session, repository, digest)
  if (isDeniedToDelete(response, deletionText(session, repository, digest))) return { outcome: 'absent' }
  if (isTagged(response)) return { outcome: 'kept', reason: taggedText(response), tagsFirst: true }
  if (response.status !== 202)
    return { outcome: 'kept', reason: await digestRefusalOf(session, { repository, reference: digest, response }) }
  const { deleteTrust } = session
  if (!deleteTrust.accepted()) return { outcome: 'deleted' }
  const isGone = (await findDigest(session, repository, digest)) === undefined
  deleteTrust.saw(isGone)
  if (isGone) return { outcome: 'deleted' }
  return { outcome: 'kept', reason: 'registry accepted the delete and still serves the manifest', isAccepted: true }
}
