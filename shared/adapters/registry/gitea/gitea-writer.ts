import type { Digest } from '../../../domain/digest.ts'
import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { RegistryWriter, TagDeletion } from '../../../ports/registry.ts'
import { deleteTag } from '../deletion/tag-deletion.ts'
import { kept } from '../deletion/tag-outcomes.ts'
import { digestOf } from '../manifest.ts'
import { mediaTypeOf } from '../media-types.ts'
import { findManifestBytes } from '../oci/manifest-requests.ts'
import { deleteManifest, putManifest } from '../oci/manifest-writes.ts'
import { OciSession } from '../oci/oci-session.ts'
import { pushingHalfOf } from '../oci/oci-writer.ts'
import type { GiteaOptions } from './gitea-api.ts'
import { GiteaPackages } from './gitea-packages.ts'
import { giteaReaderOf } from './gitea-reader.ts'

/**
 * A Gitea or a Forgejo with the right to write packages. The delete of a digest takes each tag on it along, and the delete
 * of a tag the image that nothing else holds: unless that is wanted, the image is put under its digest before.
 */
export function createGiteaWriter(options: GiteaOptions): RegistryWriter {
  const session = new OciSession(options, 'pull,push,delete')
  const packages = new GiteaPackages(options)
  return {
    ...giteaReaderOf(session, packages),
    async deleteTag(repository, tag, digest, choice) {
      const at = [parseRepositoryPath(repository), parseTag(tag), parseDigest(digest)] as const
      const over = choice?.lastTagGoesWithDigest ? undefined : await hold(session, packages, ...at)
      return over ?? deleteTag(session, ...at)
    },
    deleteManifest: async (repository, digest) =>
      deleteManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
    ...pushingHalfOf(session),
  }
}

/** Sees to it that the image stays when the tag goes; why the tag must stay where that cannot be. */
async function hold(
  session: OciSession,
  packages: GiteaPackages,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<TagDeletion | undefined> {
  if (await packages.holds(repository, digest)) return undefined
  const found = await findManifestBytes(session, repository, tag)
  // A tag that is gone or elsewhere is left alone by the delete.
  if (found === undefined || digestOf(found.body) !== digest) return undefined
  if (await packages.mayBeForgejo()) return kept('last tag: Forgejo removes by itself what only a digest holds')
  const manifest = { mediaType: mediaTypeOf(found.headers['content-type']), bytes: found.body }
  try {
    await putManifest(session, repository, digest, manifest)
    return undefined
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return kept(`last tag: Gitea removes the image with it, and did not take it under its digest: ${error.message}`)
  }
}
