import type { Digest } from '../../../domain/digest.ts'
import { parseDigest, parseRepositoryPath } from '../../../domain/repository-name.ts'
import { AccessDeniedError } from '../../../errors.ts'
import type { ManifestDeletion, RegistryWriter } from '../../../ports/registry.ts'
import { kept } from '../deletion/tag-outcomes.ts'
import { probeDelete } from '../oci/delete-requests.ts'
import { hasManifest } from '../oci/manifest-requests.ts'
import { deleteManifest } from '../oci/manifest-writes.ts'
import { type OciOptions, OciSession } from '../oci/oci-session.ts'
import { ociWriterOf } from '../oci/oci-writer.ts'
import { gitlabReaderOf } from './gitlab-reader.ts'
import { GitlabRepositories } from './gitlab-repositories.ts'

/**
 * The registry of a GitLab with the right to delete. A tag goes alone and leaves its image; an index leaves its children, and a
 * child of an index stays. Where rules protect tags of a project, nothing goes by its digest.
 *
 * @see https://docs.gitlab.com/user/packages/container_registry/protected_container_tags/
 */
export function createGitlabWriter(options: OciOptions): RegistryWriter {
  const session = new OciSession(options, 'pull,push,delete')
  return {
    ...ociWriterOf(session),
    ...gitlabReaderOf(session, new GitlabRepositories(session)),
    deleteManifest: async (repository, digest) =>
      deleteGitlabManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
  }
}

async function deleteGitlabManifest(
  session: OciSession,
  repository: string,
  digest: Digest,
): Promise<ManifestDeletion> {
  try {
    const deletion = await deleteManifest(session, repository, digest)
    if (deletion.outcome !== 'absent' || !(await hasManifest(session, repository, digest))) return deletion
    return kept('GitLab says that it does not know the image, and still serves it')
  } catch (error) {
    if (!(error instanceof AccessDeniedError) || !(await mayDeleteTags(session, repository))) throw error
    return { ...kept(protectedText), tagsFirst: true }
  }
}

const protectedText =
  'protected: GitLab deletes nothing by its digest where rules protect tags of the project; an image goes by itself about a day after its last tag'

/** True where the delete of a tag that cannot exist is told that it does not. */
async function mayDeleteTags(session: OciSession, repository: string): Promise<boolean> {
  return (await probeDelete(session, repository, 'tag'))?.status === 404
}
