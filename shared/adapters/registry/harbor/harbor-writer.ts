import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { RegistryWriter } from '../../../ports/registry.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { type OciOptions, OciSession } from '../oci/oci-session.ts'
import { pushingHalfOf } from '../oci/oci-writer.ts'
import { deleteArtifact } from './delete-artifact.ts'
import { deleteTagByApi } from './delete-tag-by-api.ts'
import { findCollection } from './garbage-collection.ts'
import { HarborArtifacts } from './harbor-artifacts.ts'
import { harborReaderOf } from './harbor-reader.ts'
import { listedImmutableText } from './refusal-text.ts'

/**
 * A Harbor with rights to delete artifacts and tags, and to push for `restore`, beside those that reading needs. Harbor
 * takes along with an artifact its tags, its signatures and what else has it as its subject, and the children of an
 * index that no tag and no other index holds.
 */
export function createHarborWriter(options: OciOptions): RegistryWriter {
  const session = new OciSession({ ...options, countsPulls: true }, 'pull,push,delete')
  const artifacts = new HarborArtifacts(session, readerOf(session))
  const reader = harborReaderOf(session, artifacts)
  return {
    ...reader,
    deleteTag: async (repository, tag, digest) =>
      deleteTagByApi(session, reader, parseRepositoryPath(repository), parseTag(tag), parseDigest(digest)),
    deleteManifest: async (repository, digest) =>
      deleteArtifact(session, reader, parseRepositoryPath(repository), parseDigest(digest)),
    async findRefusal(repository, tags) {
      const tag = tags.find(one => artifacts.isImmutable(repository, one))
      return tag === undefined ? undefined : listedImmutableText(tag)
    },
    findCollection: () => findCollection(session),
    ...pushingHalfOf(session),
  }
}
