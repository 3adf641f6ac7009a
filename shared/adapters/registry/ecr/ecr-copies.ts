import {
  DescribePullThroughCacheRulesCommand,
  DescribeRegistryCommand,
  type PullThroughCacheRule,
} from '@aws-sdk/client-ecr'
import type { CacheRule, RegistryCopies, RegistryPlace } from '../../../domain/copies/registry-copies.ts'
import { findEcrHost } from '../../../domain/ecr-host.ts'
import { normalHost } from '../../../domain/registry-host.ts'
import { AccessDeniedError } from '../../../errors.ts'
import type { EcrSession } from './ecr-session.ts'

const pageSize = 1000

/** By this prefix ECR names what no other rule takes, and that nothing stands in the place of a prefix. */
const rootPrefix = 'ROOT'

/**
 * The replication and the pull-through rules of a registry, each as far as it may be read. Needs `ecr:DescribeRegistry` and
 * `ecr:DescribePullThroughCacheRules`.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRegistry.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribePullThroughCacheRules.html
 */
export async function readEcrCopies(session: EcrSession): Promise<RegistryCopies> {
  const [registry, caches] = await Promise.all([
    orRefusal('ecr:DescribeRegistry', () => describeRegistry(session)),
    orRefusal('ecr:DescribePullThroughCacheRules', async () => ({ rules: await listCacheRules(session) })),
  ])
  const { place = await placeOf(session, undefined) } = 'place' in registry ? registry : {}
  return { place, replication: 'rules' in registry ? { rules: registry.rules } : registry, caches }
}

async function orRefusal<T>(right: string, read: () => Promise<T>): Promise<T | { readonly refused: string }> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error
    return { refused: `grant ${right}: ${error.message}` }
  }
}

async function describeRegistry(session: EcrSession) {
  const command = new DescribeRegistryCommand()
  const answer = await session.call('DescribeRegistry', (client, options) => client.send(command, options))
  const { registryId, replicationConfiguration } = answer ?? {}
  const account = findEcrHost(session.host)?.account
  // It cannot be asked of another registry: whoever asks is told of their own.
  if (account !== undefined && registryId !== account)
    return {
      refused: `expected DescribeRegistry ${session.host} to answer for ${account}, got ${registryId ?? 'no account'}: name a roleArn of that account in registries`,
    }
  const rules = (replicationConfiguration?.rules ?? []).map(({ destinations = [], repositoryFilters = [] }) => ({
    destinations: destinations.map(({ registryId: to = '', region = '' }) => ({ account: to, region })),
    prefixes: repositoryFilters.flatMap(({ filter }) => filter ?? []),
  }))
  return { rules, place: await placeOf(session, registryId) }
}

async function placeOf({ client, host }: EcrSession, account: string | undefined): Promise<RegistryPlace | undefined> {
  const known = findEcrHost(host)
  if (known) return { account: known.account, region: known.region }
  return account === undefined ? undefined : { account, region: await client.config.region() }
}

async function listCacheRules(session: EcrSession): Promise<CacheRule[]> {
  const pages = await session.allPages(nextToken =>
    session.call(
      'DescribePullThroughCacheRules',
      (client, options) =>
        client.send(
          new DescribePullThroughCacheRulesCommand({
            ...session.registry,
            maxResults: pageSize,
            ...(nextToken !== undefined && { nextToken }),
          }),
          options,
        ),
      ['PullThroughCacheRuleNotFoundException'],
    ),
  )
  return pages.flatMap(({ pullThroughCacheRules = [] }) => pullThroughCacheRules.flatMap(cacheRuleOf))
}

function cacheRuleOf({
  ecrRepositoryPrefix,
  upstreamRegistryUrl,
  upstreamRepositoryPrefix,
}: PullThroughCacheRule): CacheRule[] {
  if (ecrRepositoryPrefix === undefined || upstreamRegistryUrl === undefined) return []
  const upstream = normalHost(upstreamRegistryUrl.replace(/^https?:\/\//, '').replace(/\/$/, ''))
  return [{ prefix: pathOf(ecrRepositoryPrefix), upstream, upstreamPrefix: pathOf(upstreamRepositoryPrefix) }]
}

/** It may end in a slash, which ECR adds where it does not. */
const pathOf = (prefix = rootPrefix): string => (prefix === rootPrefix ? '' : prefix.replace(/\/$/, ''))
