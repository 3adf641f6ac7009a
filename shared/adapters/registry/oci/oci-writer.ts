import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { RegistryWriter } from '../../../ports/registry.ts'
import { deleteTag, untag } from '../deletion/tag-deletion.ts'
import { hasOciBlob } from './blob-check.ts'
import { readOciBlob } from './blob-read.ts'
import { uploadBlob } from './blob-upload.ts'
import { deleteManifest, putManifest } from './manifest-writes.ts'
import { readerOf } from './oci-registry.ts'
import { type OciOptions, OciSession } from './oci-session.ts'

/** A registry of the OCI distribution specification, with rights to push and delete. */
export const createOciWriter = (options: OciOptions): RegistryWriter =>
  ociWriterOf(new OciSession(options, 'pull,push,delete'))

/** The same over a session that exists. */
export function ociWriterOf(session: OciSession): RegistryWriter {
  return {
    ...readerOf(session),
    deleteTag: async (repository, tag, digest) =>
      deleteTag(session, parseRepositoryPath(repository), parseTag(tag), parseDigest(digest)),
    untag: async (repository, tag, digest) =>
      untag(session, parseRepositoryPath(repository), parseTag(tag), parseDigest(digest)),
    deleteManifest: async (repository, digest) =>
      deleteManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
    ...pushingHalfOf(session),
  }
}

/** What `restore` pushes, and what a sweep reads of layers, over a session that exists. */
export const pushingHalfOf = (
  session: OciSession,
): Pick<RegistryWriter, 'hasBlob' | 'readBlob' | 'putBlob' | 'putManifest'> => ({
  hasBlob: async (repository, digest) => hasOciBlob(session, parseRepositoryPath(repository), parseDigest(digest)),
  readBlob: async (repository, blob, use) =>
    readOciBlob(session, parseRepositoryPath(repository), { ...blob, digest: parseDigest(blob.digest) }, use),
  putBlob: async (repository, blob, open) =>
    uploadBlob(session, parseRepositoryPath(repository), { ...blob, digest: parseDigest(blob.digest) }, open),
  async putManifest(repository, reference, manifest) {
    const checked = reference.includes(':') ? parseDigest(reference) : parseTag(reference)
    await putManifest(session, parseRepositoryPath(repository), checked, manifest)
  },
})
