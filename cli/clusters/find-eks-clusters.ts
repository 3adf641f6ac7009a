import { DescribeClusterCommand, EKSClient, paginateListClusters } from '@aws-sdk/client-eks'
import pMap from 'p-map'
import { errorOfAws } from '../../shared/adapters/cluster/aws-failures.ts'
import { roleCredentials } from '../../shared/adapters/http/assumed-role.ts'

/** Which clusters are looked for. */
export interface EksSearch {
  /** A cluster has them all. */
  readonly tags: readonly (readonly [string, string])[]
  /** None: that of the environment. */
  readonly regions: readonly string[]
  readonly roleArn?: string | undefined
}

export interface FoundCluster {
  readonly clusterName: string
  readonly region: string
  readonly status: string
  readonly isPrivate: boolean
  /** It takes access entries, and not the roles of its config map alone. */
  readonly takesEntries: boolean
}

/** In order of regions and names. @throws AccessDeniedError or UnavailableError where one of the regions cannot be listed */
export async function findEksClusters({ tags, regions, roleArn }: EksSearch): Promise<FoundCluster[]> {
  const found = await pMap(regions.length > 0 ? regions : [undefined], region => listIn(region, roleArn), {
    concurrency: 4,
  })
  return found
    .flat()
    .filter(one => tags.every(([key, value]) => one.tags[key] === value))
    .map(({ tags: _, ...one }) => one)
    .sort((a, b) => a.region.localeCompare(b.region) || a.clusterName.localeCompare(b.clusterName))
}

async function listIn(asked: string | undefined, roleArn: string | undefined) {
  const where = asked === undefined ? {} : { region: asked }
  const eks = new EKSClient({
    ...where,
    ...(roleArn !== undefined && { credentials: roleCredentials(roleArn, where) }),
  })
  try {
    const region = await eks.config.region()
    const names: string[] = []
    for await (const { clusters = [] } of paginateListClusters({ client: eks }, {})) names.push(...clusters)
    return await pMap(names, clusterName => describe(clusterName, region, eks), { concurrency: 8 })
  } catch (error) {
    throw errorOfAws(`EKS clusters${asked === undefined ? '' : ` of ${asked}`}`, error, 'EKS')
  } finally {
    eks.destroy()
  }
}

async function describe(clusterName: string, region: string, eks: EKSClient) {
  const { cluster = {} } = await eks.send(new DescribeClusterCommand({ name: clusterName }))
  return {
    clusterName,
    region,
    status: cluster.status ?? 'unknown',
    isPrivate: cluster.resourcesVpcConfig?.endpointPublicAccess === false,
    takesEntries: cluster.accessConfig?.authenticationMode !== 'CONFIG_MAP',
    tags: cluster.tags ?? {},
  }
}
