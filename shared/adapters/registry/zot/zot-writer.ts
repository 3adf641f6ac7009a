import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { RegistryWriter } from '../../../ports/registry.ts'
import { isOnOtherTag } from '../deletion/other-tag.ts'
import { deleteTag } from '../deletion/tag-deletion.ts'
import { kept } from '../deletion/tag-outcomes.ts'
import { deleteManifest } from '../oci/manifest-writes.ts'
import { type OciOptions, OciSession } from '../oci/oci-session.ts'
import { pushingHalfOf } from '../oci/oci-writer.ts'
import { zotReaderOf } from './zot-reader.ts'

/**
 * A zot with the rights to delete and to create. It removes an image with its last tag, whatever else needs it: that one
 * stays unless the image is to go as well.
 */
export function createZotWriter(options: OciOptions): RegistryWriter {
  const session = new OciSession({ ...options, countsPulls: true }, 'pull,push,delete')
  const reader = zotReaderOf(session)
  return {
    ...reader,
    async deleteTag(repository, tag, digest, choice) {
      const at = [parseRepositoryPath(repository), parseTag(tag), parseDigest(digest)] as const
      const isSafe = choice?.lastTagGoesWithDigest || (await isOnOtherTag(reader, ...at))
      return isSafe ? deleteTag(session, ...at) : kept('last tag: zot removes the image with it')
    },
    deleteManifest: async (repository, digest) =>
      deleteManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
    ...pushingHalfOf(session),
  }
}
