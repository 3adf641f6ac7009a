import { type Digest, isDigest } from '../../../domain/digest.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { ManifestDeletion } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { digestOf, verifyDigest } from '../manifest.ts'
import { codesOf, isAbsent, unexpectedStatus } from './error-codes.ts'
import { findDigest } from './manifest-requests.ts'
import type { OciRequest, OciSession } from './oci-session.ts'

/** The reason people read when a registry is run without deletes. */
export const deletesNotAllowed = 'registry does not allow deletes'

/** Pushes without reading the answer's status: what a refusal means differs between callers. */
export const sendManifest = (
  session: OciSession,
  repository: string,
  reference: string,
  manifest: { mediaType: string; bytes: Uint8Array },
): Promise<HttpResponse> =>
  session.send({
    method: 'PUT',
    path: `/v2/${repository}/manifests/${reference}`,
    repository,
    headers: { 'content-type': manifest.mediaType },
    body: manifest.bytes,
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

const deletionOf = (repository: string, reference: string): OciRequest => ({
  method: 'DELETE',
  path: `/v2/${repository}/manifests/${reference}`,
  repository,
})

export const sendDeletion = (session: OciSession, repository: string, reference: string): Promise<HttpResponse> =>
  session.send(deletionOf(repository, reference))

/** True where a registry says that it does not do this, rather than that this one thing cannot be done. */
export const isUnsupported = (response: HttpResponse): boolean =>
  response.status === 405 || codesOf(response).includes('UNSUPPORTED')

/** Google's registries delete no digest that tags are on. @see https://cloud.google.com/artifact-registry/docs/docker/manage-images */
const isTagged = (response: HttpResponse): boolean => codesOf(response).includes('GOOGLE_MANIFEST_DANGLING_TAG')

/** What a registry answered, for a reason that people read: `400 DIGEST_INVALID`. */
export const answerOf = (response: HttpResponse): string => [response.status, ...codesOf(response)].join(' ')

/** Deletes by digest and looks afterwards whether it is gone, until the registry has shown that it does what it accepts. */
export async function deleteManifest(
  session: OciSession,
  repository: string,
  digest: Digest,
): Promise<ManifestDeletion> {
  const response = await sendDeletion(session, repository, digest)
  if (isAbsent(response, session.what(deletionOf(repository, digest)))) return { outcome: 'absent' }
  if (isUnsupported(response)) return { outcome: 'kept', reason: deletesNotAllowed }
  if (response.status !== 202) {
    const reason = `registry answered ${answerOf(response)} to the delete`
    return { outcome: 'kept', reason, ...(isTagged(response) && { tagsFirst: true }) }
  }
  const { deleteTrust } = session
  if (!deleteTrust.accepted()) return { outcome: 'deleted' }
  const isGone = (await findDigest(session, repository, digest)) === undefined
  deleteTrust.saw(isGone)
  if (isGone) return { outcome: 'deleted' }
  return { outcome: 'kept', reason: 'registry accepted the delete and still serves the manifest', isAccepted: true }
}
