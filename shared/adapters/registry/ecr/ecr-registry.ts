import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr'
import { providers } from '../../../domain/providers/providers.ts'
import { parseDigest, parseRepositoryPath, parseTagWithin } from '../../../domain/repository-name.ts'
import type { RegistryReader } from '../../../ports/registry.ts'
import { createHttpClient } from '../../http/client.ts'
import { withRetries } from '../../http/retry.ts'
import { takeDistinct } from '../distinct-paths.ts'
import { orUnreadable } from '../unreadable-manifest.ts'
import { describeEcrImage, listEcrRepository, maxEcrTagLength } from './describe-images.ts'
import { readEcrCopies } from './ecr-copies.ts'
import { findEcrConfig, findEcrManifest, listEcrReferrers } from './ecr-images.ts'
import type { EcrOptions } from './ecr-options.ts'
import { findLifecyclePolicy } from './ecr-rules.ts'
import { EcrSession } from './ecr-session.ts'

/**
 * A private ECR registry by its own API, which lists digests, push and pull times and untagged images as well. Needs
 * `ecr:DescribeRepositories`, `DescribeImages`, `BatchGetImage`, `GetDownloadUrlForLayer` and `ListImageReferrers`; and for
 * `findOwnRules` alone `GetLifecyclePolicy`, for `findCopies` alone `DescribeRegistry` and `DescribePullThroughCacheRules`.
 */
export const createEcrReader = (options: EcrOptions): RegistryReader => ecrReaderOf(new EcrSession(options))

/** The reading half over a session that exists. */
export function ecrReaderOf(session: EcrSession): RegistryReader {
  // Download addresses come from AWS itself, over the signed call.
  const http = withRetries(createHttpClient({ trustedHosts: 'all' }))
  return {
    // Each BatchGetImage counts, whoever asks, but for roles that the account excludes.
    countsPulls: true,
    checkAccess: () => checkAccess(session),
    listRepositories: atMost => takeDistinct(listEcrRepositories(session), atMost),
    listRepository: async repository => listEcrRepository(session, parseRepositoryPath(repository)),
    async findTag(repository, tag) {
      const imageTag = parseTagWithin(tag, maxEcrTagLength)
      const path = parseRepositoryPath(repository)
      return orUnreadable(async () => (await describeEcrImage(session, path, { imageTag }))?.digest)
    },
    findManifest: async (repository, digest) =>
      findEcrManifest(session, parseRepositoryPath(repository), parseDigest(digest)),
    async hasManifest(repository, digest) {
      const imageDigest = parseDigest(digest)
      return (await describeEcrImage(session, parseRepositoryPath(repository), { imageDigest })) !== undefined
    },
    findConfig: async (repository, digest) =>
      findEcrConfig(session, http, parseRepositoryPath(repository), parseDigest(digest)),
    listReferrers: async (repository, digest, options) =>
      listEcrReferrers(session, parseRepositoryPath(repository), parseDigest(digest), options),
    findCopies: () => readEcrCopies(session),
    findOwnRules: async repository => findLifecyclePolicy(session, parseRepositoryPath(repository)),
  }
}

async function* listEcrRepositories(session: EcrSession): AsyncGenerator<string> {
  const pages = session.pages(nextToken =>
    session.call('DescribeRepositories', (client, options) =>
      client.send(
        new DescribeRepositoriesCommand({
          ...session.registry,
          maxResults: providers.ecr.pageSize,
          ...(nextToken !== undefined && { nextToken }),
        }),
        options,
      ),
    ),
  )
  for await (const { repositories = [] } of pages)
    for (const { repositoryName = '' } of repositories) yield repositoryName
}

async function checkAccess(session: EcrSession): Promise<{ latencyMs: number }> {
  const startedAt = performance.now()
  const command = new DescribeRepositoriesCommand({ ...session.registry, maxResults: 1 })
  await session.call('DescribeRepositories', (client, options) => client.send(command, options))
  return { latencyMs: Math.round(performance.now() - startedAt) }
}
