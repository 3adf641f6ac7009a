import type { Digest } from '../../../domain/digest.ts'
import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { RegistryWriter } from '../../../ports/registry.ts'
import { deleteTag, untag } from '../deletion/tag-deletion.ts'
import { hasOciBlob } from './blob-check.ts'
import { deleteManifest, putManifest } from './manifest-writes.ts'
import { readerOf } from './oci-registry.ts'
import { type OciOptions, OciSession } from './oci-session.ts'

export interface OciWriterOptions extends OciOptions {
  /** Whose tag API stands first on the ladder; default plain OCI, which has none. */
  readonly provider?: 'oci' | 'harbor'
}

/** A registry of the OCI distribution specification, with rights to push and delete. */
export function createOciWriter(options: OciWriterOptions): RegistryWriter {
  const session = new OciSession(options, 'pull,push,delete')
  const provider = options.provider ?? 'oci'
  return {
    ...readerOf(session),
    deleteTag: async (repository, tag, digest) =>
      deleteTag(session, provider, parseRepositoryPath(repository), parseTag(tag), parseDigest(digest)),
    // Harbor deletes a digest without a look at its tags.
    ...(provider === 'oci' && {
      untag: async (repository: string, tag: string, digest: Digest) =>
        untag(session, parseRepositoryPath(repository), parseTag(tag), parseDigest(digest)),
    }),
    deleteManifest: async (repository, digest) =>
      deleteManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
    hasBlob: async (repository, digest) => hasOciBlob(session, parseRepositoryPath(repository), parseDigest(digest)),
    async putManifest(repository, reference, manifest) {
      const checked = reference.includes(':') ? parseDigest(reference) : parseTag(reference)
      await putManifest(session, parseRepositoryPath(repository), checked, manifest)
    },
  }
}
