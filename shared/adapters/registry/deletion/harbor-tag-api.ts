import type { Digest } from '../../../domain/digest.ts'
import type { TagDeletion } from '../../../ports/registry.ts'
import { answerOf } from '../oci/error-codes.ts'
import { findDigest } from '../oci/manifest-requests.ts'
import type { OciRequest, OciSession } from '../oci/oci-session.ts'
import { kept } from './tag-outcomes.ts'

/**
 * Deletes a tag by Harbor's own API, which takes it off this digest and leaves the artifact and its other tags alone.
 * Undefined when this Harbor has no such API for the artifact while the tag is still there.
 *
 * @see https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml
 */
export async function deleteHarborTag(
  session: OciSession,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion | undefined> {
  const response = await session.sendBasic(requestOf(repository, tag, digest))
  if (response.status === 200) {
    const left = await findDigest(session, repository, tag)
    return left === digest
      ? { ...kept('Harbor accepted the delete and the tag is still there'), isAccepted: true }
      : { outcome: 'deleted', by: 'tag-api' }
  }
  if (response.status === 412)
    return kept(
      `immutable: Harbor answered ${answerOf(response)} to the delete of the tag; change the immutability rule of the project if it may go`,
    )
  if (response.status !== 404) return kept(`Harbor answered ${answerOf(response)} to the delete of the tag`)
  return (await findDigest(session, repository, tag)) === undefined ? { outcome: 'absent' } : undefined
}

/** Harbor decodes the repository twice, so that the slashes inside it survive its router. */
function requestOf(repository: string, tag: string, digest: Digest): OciRequest {
  const [project = '', ...rest] = repository.split('/')
  const name = encodeURIComponent(encodeURIComponent(rest.join('/')))
  return {
    method: 'DELETE',
    path: `/api/v2.0/projects/${project}/repositories/${name}/artifacts/${digest}/tags/${encodeURIComponent(tag)}`,
  }
}
