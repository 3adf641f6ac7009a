import type { EcrAnswer, EcrCall } from '../../shared/adapters/registry/ecr/fake-ecr.ts'

interface Rule {
  readonly destinations: readonly { readonly region: string; readonly registryId: string }[]
  readonly repositoryFilters?: readonly { readonly filter?: string; readonly filterType: string }[]
}

interface CacheRule {
  readonly ecrRepositoryPrefix: string
  readonly upstreamRegistryUrl: string
  readonly upstreamRepositoryPrefix?: string
}

const usualPage = 100
const largestPage = 1_000

/**
 * What a registry of ECR says of the images that it copies: DescribeRegistry takes no registry and answers for the one of
 * whoever asks, pull-through rules come in pages, and each is a right of its own.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRegistry.html
 */
export class EcrCopying {
  /** Whose credentials ask. */
  account = '123456789012'
  readonly replication: Rule[] = []
  readonly caches: CacheRule[] = []
  /** Operations that the caller may not use, that the region does not have, and that fail at present. */
  readonly denied = new Set<string>()
  readonly missing = new Set<string>()
  readonly failing = new Set<string>()
  page = usualPage

  /** Undefined for a call that is of something else. */
  readonly answer = ({ operation, input }: EcrCall): EcrAnswer | undefined => {
    if (this.denied.has(operation)) return { error: 'AccessDeniedException' }
    if (this.missing.has(operation)) return { error: 'UnknownOperationException' }
    if (this.failing.has(operation)) return { error: 'ServerException', status: 500 }
    if (operation === 'DescribeRegistry')
      return { body: { registryId: this.account, replicationConfiguration: { rules: this.replication } } }
    return operation === 'DescribePullThroughCacheRules' ? this.#rules(input) : undefined
  }

  replicate(registryId: string, region: string, ...prefixes: readonly string[]): void {
    const repositoryFilters = prefixes.map(filter => ({ filter, filterType: 'PREFIX_MATCH' }))
    this.replication.push({ destinations: [{ registryId, region }], ...(prefixes.length > 0 && { repositoryFilters }) })
  }

  #rules({ nextToken, maxResults, registryId }: EcrCall['input']): EcrAnswer {
    if (Number(maxResults ?? usualPage) > largestPage) return { error: 'InvalidParameterException' }
    const from = Number(nextToken ?? 0)
    const to = from + this.page
    const pullThroughCacheRules = this.caches.slice(from, to).map(rule => ({ ...rule, registryId, createdAt: 0 }))
    return { body: { pullThroughCacheRules, ...(to < this.caches.length && { nextToken: String(to) }) } }
  }
}
