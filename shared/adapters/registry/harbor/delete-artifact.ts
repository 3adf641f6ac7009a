import type { Digest } from '../../../domain/digest.ts'
import { AccessDeniedError } from '../../../errors.ts'
import type { ManifestDeletion, RegistryReader } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { codesOf } from '../oci/error-codes.ts'
import { deleteManifest } from '../oci/manifest-writes.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { harborPlaceOf, isUnknownThere, sendHarborDeletion } from './harbor-api.ts'
import { immutableText } from './refusal-text.ts'

/**
 * By Harbor's own API, for which the right to delete artifacts is enough: the plain one wants the right to delete the
 * repository, and is tried where this one is not to be had. Harbor deletes all or nothing of what goes along.
 */
export async function deleteArtifact(
  session: OciSession,
  reader: Pick<RegistryReader, 'hasManifest'>,
  repository: string,
  digest: Digest,
): Promise<ManifestDeletion> {
  const response = await sendDeletion(session, repository, digest)
  if (response && isUnknownThere(response)) return { outcome: 'absent' }
  if (response?.status === 412) return { outcome: 'kept', reason: refusalText(response) }
  if (response?.status !== 200) return deleteManifest(session, repository, digest)
  const { deleteTrust } = session
  if (!deleteTrust.accepted()) return { outcome: 'deleted' }
  const isGone = !(await reader.hasManifest(repository, digest))
  deleteTrust.saw(isGone)
  if (isGone) return { outcome: 'deleted' }
  return { outcome: 'kept', reason: 'Harbor accepted the delete and still has the artifact', isAccepted: true }
}

/** Undefined where Harbor does not let this credential delete artifacts. */
async function sendDeletion(session: OciSession, repository: string, digest: Digest) {
  const place = harborPlaceOf(repository)
  if (place === undefined) return undefined
  try {
    return await sendHarborDeletion(session, `${place.path}/artifacts/${digest}`, repository)
  } catch (error) {
    if (error instanceof AccessDeniedError) return undefined
    throw error
  }
}

/** A 412 is about this one artifact. */
const refusalText = (response: HttpResponse): string =>
  codesOf(response).includes('VIOLATE_FOREIGN_KEY_CONSTRAINT')
    ? 'an index refers to the image'
    : immutableText(response)
