import type { Digest } from '../../../domain/digest.ts'
import { parseDigest, parseRepositoryPath, parseTag } from '../../../domain/repository-name.ts'
import type { ImageConfig, RegistryReader } from '../../../ports/registry.ts'
import { oddName } from '../api-listing.ts'
import { takeDistinct } from '../distinct-paths.ts'
import { parseImageConfig } from '../image-config.ts'
import { maxManifestBytes, verifyDigest } from '../manifest.ts'
import { isAbsent, unexpectedStatus } from './error-codes.ts'
import { findManifest, findTag, findTaggedManifest, hasManifest } from './manifest-requests.ts'
import { type OciOptions, type OciRequest, OciSession } from './oci-session.ts'
import { listReferrers } from './referrers.ts'
import { listRepositories } from './repository-list.ts'
import { listTags } from './tag-list.ts'

/** A registry of the OCI distribution specification, with rights to pull and no others. */
export const createOciReader = (options: OciOptions): RegistryReader => readerOf(new OciSession(options, 'pull'))

/** The reading half over a session that exists; the writer has one with more rights. */
export const readerOf = (session: OciSession): RegistryReader => ({
  countsPulls: session.countsPulls,
  checkAccess: () => checkAccess(session),
  listRepositories: atMost => takeDistinct(listRepositories(session), atMost),
  async listRepository(repository) {
    const { tags, odd } = await listTags(session, parseRepositoryPath(repository))
    return { tags: tags.map(tag => ({ tag })), ...(odd.length > 0 && { unreadable: odd.map(oddName) }) }
  },
  findTag: async (repository, tag) => findTag(session, parseRepositoryPath(repository), parseTag(tag)),
  ...(!session.countsPulls && {
    findTaggedManifest: async (repository: string, tag: string) =>
      findTaggedManifest(session, parseRepositoryPath(repository), parseTag(tag)),
  }),
  findManifest: async (repository, digest) =>
    findManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
  hasManifest: async (repository, digest) => hasManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
  findConfig: async (repository, digest) => findConfig(session, parseRepositoryPath(repository), parseDigest(digest)),
  listReferrers: async (repository, digest, options) =>
    listReferrers(session, parseRepositoryPath(repository), parseDigest(digest), options),
})

async function checkAccess(session: OciSession): Promise<{ latencyMs: number }> {
  const request: OciRequest = { method: 'GET', path: '/v2/' }
  const startedAt = performance.now()
  const response = await session.send(request)
  if (response.status !== 200) throw unexpectedStatus(session.what(request), 'a registry', response)
  return { latencyMs: Math.round(performance.now() - startedAt) }
}

async function findConfig(session: OciSession, repository: string, digest: Digest): Promise<ImageConfig | undefined> {
  const request: OciRequest = {
    method: 'GET',
    path: `/v2/${repository}/blobs/${digest}`,
    repository,
    maxBodyBytes: maxManifestBytes,
    followRedirects: true,
  }
  const response = await session.send(request)
  if (isAbsent(response, session.what(request))) return undefined
  if (response.status !== 200) throw unexpectedStatus(session.what(request), 'a blob', response)
  verifyDigest(response.body, digest, session.what(request))
  return parseImageConfig(response.body)
}
