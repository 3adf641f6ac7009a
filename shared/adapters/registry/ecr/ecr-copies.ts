import {
  DescribePullThroughCacheRulesCommand,
  DescribeRegistryCommand,
  ECRServiceException,
  type PullThroughCacheRule,
  type RepositoryFilter,
} from '@aws-sdk/client-ecr'
import type { CacheRule, RegistryCopies, RegistryPlace } from '../../../domain/copies/registry-copies.ts'
import { findEcrHost } from '../../../domain/ecr-host.ts'
import { normalHost } from '../../../domain/registry-host.ts'
import { isRegistryOutcome } from '../../../domain/sync-reason.ts'
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

/** One that fails costs itself: not every region has both, and what was known of it holds. */
async function orRefusal<T>(right: string, read: () => Promise<T>): Promise<T | { readonly refused: string }> {
  try {
    return await read()
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return { refused: `${isDeniedByEcr(error.cause) ? `grant ${right}: ` : ''}${error.message}` }
  }
}

/** Rather than by STS, whose role could not be assumed, or for credentials that are none. */
const isDeniedByEcr = (cause: unknown): boolean =>
  cause instanceof ECRServiceException && cause.name === 'AccessDeniedException'

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
    prefixes: prefixesOf(repositoryFilters),
  }))
  return { rules, place: await placeOf(session, registryId) }
}

/** Of filters of another type it is not known what they take, so that they take all. */
function prefixesOf(filters: readonly RepositoryFilter[]): string[] {
  const prefixes = filters.flatMap(({ filter, filterType }) =>
    filterType === 'PREFIX_MATCH' && filter !== undefined ? [filter] : [],
  )
  return prefixes.length === filters.length ? prefixes : []
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
