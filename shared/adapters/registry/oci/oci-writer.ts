import type { RegistryWriter } from '../../../ports/registry.ts'
import { deleteTag } from '../deletion/tag-deletion.ts'
import { requireDigest, requireRepository, requireTag } from '../reference-checks.ts'
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
      deleteTag(session, provider, requireRepository(repository), requireTag(tag), requireDigest(digest)),
    deleteManifest: async (repository, digest) =>
      deleteManifest(session, requireRepository(repository), requireDigest(digest)),
    hasBlob: async (repository, digest) => hasOciBlob(session, requireRepository(repository), requireDigest(digest)),
    async putManifest(repository, reference, manifest) {
      const checked = reference.includes(':') ? requireDigest(reference) : requireTag(reference)
      await putManifest(session, requireRepository(repository), checked, manifest)
    },
  }
}
