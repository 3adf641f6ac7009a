import type { Digest } from '../../../domain/digest.ts'
import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { RegistryWriter, TagDeletion } from '../../../ports/registry.ts'
import { kept, movedTo } from '../deletion/tag-outcomes.ts'
import { answerOf } from '../oci/error-codes.ts'
import { findDigest } from '../oci/manifest-requests.ts'
import { deleteManifest } from '../oci/manifest-writes.ts'
import { OciSession } from '../oci/oci-session.ts'
import { pushingHalfOf } from '../oci/oci-writer.ts'
import type { Reach } from '../registry-address.ts'
import { acrReaderOf } from './acr-reader.ts'
import { AcrRepositories } from './acr-repositories.ts'

const mend = 'unlock it there if it may go'
/** Its delete of a digest takes hidden tags along as well. */
const hiddenText =
  'kept: ACR counts more tags or manifests than it lists, and a tag that it hides may be on this image; set listEnabled on what is hidden'

/**
 * An Azure Container Registry with rights to delete. It deletes with an image its tags and what refers to it. A push passes its
 * locks against deletes, so that a tag goes by ACR's own delete of tags or not at all.
 */
export function createAcrWriter(reach: Reach): RegistryWriter {
  const session = new OciSession(reach, 'pull,push,delete')
  const repositories = new AcrRepositories(reach)
  return {
    ...acrReaderOf(session, repositories),
    deleteTag: async (repository, tag, digest) =>
      deleteAcrTag(session, repositories, parseRepositoryPath(repository), parseTag(tag), parseDigest(digest)),
    async deleteManifest(repository, digest) {
      if (repositories.hidesSome(repository)) return kept(hiddenText)
      return deleteManifest(session, parseRepositoryPath(repository), parseDigest(digest))
    },
    async findRefusal(repository, tags) {
      if (repositories.hidesSome(repository)) return hiddenText
      const tag = repositories.findLocked(repository, tags)
      return tag === undefined ? undefined : `tag ${tag} kept: locked in ACR; ${mend}`
    },
    ...pushingHalfOf(session),
  }
}

/** @see https://learn.microsoft.com/rest/api/containerregistry/tag/delete */
async function deleteAcrTag(
  session: OciSession,
  repositories: AcrRepositories,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion> {
  const now = await findDigest(session, repository, tag)
  if (now === undefined) return { outcome: 'absent' }
  if (now !== digest) return movedTo(now)
  const response = await repositories.deleteTag(repository, tag)
  if (response.status === 405 || response.status === 409)
    return kept(`locked: ACR answered ${answerOf(response)} to the delete of this tag; ${mend}`)
  if (response.status !== 202 && response.status !== 404)
    return kept(`ACR answered ${answerOf(response)} to the delete of this tag`)
  const left = await findDigest(session, repository, tag)
  if (left === undefined) return response.status === 404 ? { outcome: 'absent' } : { outcome: 'deleted', by: 'tag-api' }
  if (left !== digest) return response.status === 404 ? movedTo(left) : { outcome: 'deleted', by: 'tag-api' }
  if (response.status === 404) return kept('ACR says that it does not know the tag, and still serves it')
  return { ...kept('ACR accepted the delete and the tag is still there'), isAccepted: true }
}
