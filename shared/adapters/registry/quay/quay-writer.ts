import type { Digest } from '../../../domain/digest.ts'
import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { ManifestDeletion, RegistryReader, RegistryWriter, TagDeletion } from '../../../ports/registry.ts'
import { isOnOtherTag } from '../deletion/other-tag.ts'
import { deleteTag } from '../deletion/tag-deletion.ts'
import { kept } from '../deletion/tag-outcomes.ts'
import { hasManifest } from '../oci/manifest-requests.ts'
import { deleteManifest } from '../oci/manifest-writes.ts'
import { OciSession } from '../oci/oci-session.ts'
import { pushingHalfOf } from '../oci/oci-writer.ts'
import type { Reach } from '../registry-address.ts'
import { quayReaderOf } from './quay-reader.ts'
import { QuayRepositories } from './quay-repositories.ts'

const mend = 'make it mutable there if it may go'

/**
 * A Quay with the right to write, which is the right to delete. It hands out no image that no tag and no index leads to, so that
 * there is no taking off the last tag first: an image goes by its digest, with all its tags.
 */
export function createQuayWriter(reach: Reach): RegistryWriter {
  const session = new OciSession(reach, 'pull,push')
  const repositories = new QuayRepositories(reach)
  const reader = quayReaderOf(session, repositories)
  return {
    ...reader,
    async deleteTag(repository, tag, digest, choice) {
      const place = { path: parseRepositoryPath(repository), tag: parseTag(tag), digest: parseDigest(digest) }
      return deleteQuayTag(session, { repositories, reader }, place, choice?.lastTagGoesWithDigest ?? false)
    },
    deleteManifest: async (repository, digest) =>
      deleteQuayManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
    async findRefusal(repository, tags) {
      const tag = repositories.findImmutable(repository, tags)
      return tag === undefined ? undefined : `tag ${tag} kept: immutable in Quay; ${mend}`
    },
    ...pushingHalfOf(session),
  }
}

async function deleteQuayTag(
  session: OciSession,
  { repositories, reader }: { repositories: QuayRepositories; reader: RegistryReader },
  { path, tag, digest }: { path: string; tag: string; digest: Digest },
  lastTagGoesWithDigest: boolean,
): Promise<TagDeletion> {
  if (repositories.findImmutable(path, [tag]) !== undefined) return kept(`immutable in Quay; ${mend}`)
  const isLast = async () =>
    (await repositories.isLastTag(path, tag, digest)) ?? !(await isOnOtherTag(reader, path, tag, digest))
  if (!lastTagGoesWithDigest && (await isLast())) return kept('last tag: Quay hands the image out to nobody without it')
  const deletion = await deleteTag(session, path, tag, digest)
  if (deletion.outcome === 'deleted') repositories.forget(path, tag)
  return deletion
}

/**
 * Quay deletes tags: to the delete of a digest that none is on it answers 404, whether it is there or not.
 *
 * @see https://github.com/quay/quay/blob/master/endpoints/v2/manifest.py
 */
async function deleteQuayManifest(session: OciSession, repository: string, digest: Digest): Promise<ManifestDeletion> {
  const deletion = await deleteManifest(session, repository, digest)
  if (deletion.outcome !== 'absent' || !(await hasManifest(session, repository, digest))) return deletion
  return kept(
    'an index refers to it, or it was pushed without a tag within the hour: Quay removes it by itself after that',
  )
}
