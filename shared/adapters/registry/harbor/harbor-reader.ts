import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { RegistryReader } from '../../../ports/registry.ts'
import { takeDistinct } from '../distinct-paths.ts'
import { readerOf } from '../oci/oci-registry.ts'
import { type OciOptions, OciSession } from '../oci/oci-session.ts'
import { notTold } from '../own-api.ts'
import type { Reach } from '../registry-address.ts'
import { HarborArtifacts } from './harbor-artifacts.ts'
import { findTagRetention } from './harbor-rules.ts'
import { findProjectQuota } from './project-quota.ts'
import { listHarborRepositories } from './repository-list.ts'
import { saysHarbor } from './says-harbor.ts'

/** What people read of a sync that had to do without Harbor's own list. */
const withoutList =
  'Harbor does not list its artifacts for this credential, so that their push and pull times are not known: let it list and read artifacts, unless no Harbor is there'

/**
 * A Harbor by its own API, which tells digests, push and pull times, sizes and untagged artifacts, and counts none of that as a
 * pull. Needs the rights to pull, and to list and to read artifacts; without those two it is read as any other registry, and
 * so is one that the settings do not call Harbor until it says itself that it is one.
 *
 * @see https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml
 */
export function createHarborReader(options: OciOptions & Pick<Partial<Reach>, 'isTold'>): RegistryReader {
  const session = new OciSession({ ...options, countsPulls: true }, 'pull')
  const isThere = options.isTold ? () => saysHarbor(options) : undefined
  return harborReaderOf(session, new HarborArtifacts(session, readerOf(session), isThere))
}

/** The reading half over a session that exists, with what is known of its artifacts. */
export function harborReaderOf(session: OciSession, artifacts: HarborArtifacts): RegistryReader {
  const plain = readerOf(session)
  return {
    ...plain,
    listRepositories: atMost => takeDistinct(listHarborRepositories(session), atMost),
    async listRepository(repository) {
      const listing = await artifacts.list(parseRepositoryPath(repository))
      return listing === notTold ? { ...(await plain.listRepository(repository)), note: withoutList } : listing
    },
    // Within ten seconds, if at all: administrators may have switched the times off.
    tellsPulls: async repository => artifacts.hasListed(repository),
    findOwnRules: async repository => findTagRetention(session, parseRepositoryPath(repository)),
    findQuota: async repository => findProjectQuota(session, parseRepositoryPath(repository)),
    async findTag(repository, tag) {
      const found = await artifacts.findTag(parseRepositoryPath(repository), parseTag(tag))
      return found === notTold ? plain.findTag(repository, tag) : found
    },
    async hasManifest(repository, digest) {
      const found = await artifacts.find(parseRepositoryPath(repository), parseDigest(digest))
      return found === notTold ? plain.hasManifest(repository, digest) : found !== undefined
    },
    describeManifest: async (repository, digest) =>
      artifacts.describe(parseRepositoryPath(repository), parseDigest(digest)),
    listReferrers: async (repository, digest, options) =>
      artifacts.listReferrers(parseRepositoryPath(repository), parseDigest(digest), options),
  }
}
