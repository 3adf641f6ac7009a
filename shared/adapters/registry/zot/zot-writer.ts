import pMap, { pMapSkip } from 'p-map'
import type { Digest } from '../../../domain/digest.ts'
import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { RegistryReader, RegistryWriter } from '../../../ports/registry.ts'
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
      const isSafe = choice?.lastTagGoesWithDigest || (await isElsewhere(reader, ...at))
      return isSafe ? deleteTag(session, ...at) : kept('last tag: zot removes the image with it')
    },
    deleteManifest: async (repository, digest) =>
      deleteManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
    ...pushingHalfOf(session),
  }
}

/** True where another tag is on the image, and where this one is not, so that nothing is deleted. */
async function isElsewhere(reader: RegistryReader, repository: string, tag: string, digest: Digest): Promise<boolean> {
  if ((await reader.findTag(repository, tag)) !== digest) return true
  const others = (await reader.listRepository(repository)).tags.filter(one => one.tag !== tag)
  const likely = others.filter(one => one.digest === undefined || one.digest === digest)
  let isFound = false
  await pMap(
    likely,
    async one => {
      if (isFound) return pMapSkip
      // A list may be of a moment before.
      isFound ||= (await reader.findTag(repository, one.tag)) === digest
      return pMapSkip
    },
    { concurrency: 8 },
  )
  return isFound
}
