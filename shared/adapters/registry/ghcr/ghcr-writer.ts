import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { RegistryWriter } from '../../../ports/registry.ts'
import { OciSession } from '../oci/oci-session.ts'
import { pushingHalfOf } from '../oci/oci-writer.ts'
import { deleteTagByDummy, isLastTag } from './delete-tag-by-dummy.ts'
import { deleteVersion, lastTaggedText } from './delete-version.ts'
import { ghcrReaderOf } from './ghcr-reader.ts'
import { type GhcrOptions, GithubPackages } from './github-packages.ts'

/**
 * GHCR with a token that has `read:packages`, `write:packages` and `delete:packages`. A version that is deleted takes its tags
 * along, and nothing else: children of an index and signatures stay.
 */
export function createGhcrWriter(options: GhcrOptions): RegistryWriter {
  const session = new OciSession({ ...options, countsPulls: true }, 'pull,push,delete')
  const packages = new GithubPackages(options)
  const reader = ghcrReaderOf(session, packages)
  return {
    ...reader,
    deleteTag: async (repository, tag, digest) =>
      deleteTagByDummy(session, packages, parseRepositoryPath(repository), parseTag(tag), parseDigest(digest)),
    deleteManifest: async (repository, digest) =>
      deleteVersion(session, reader, packages, {
        repository: parseRepositoryPath(repository),
        digest: parseDigest(digest),
      }),
    async findRefusal(repository, tags) {
      const versions = packages.known(repository)
      return versions && tags.length > 0 && isLastTag(versions, tags) ? lastTaggedText : undefined
    },
    ...pushingHalfOf(session),
  }
}
