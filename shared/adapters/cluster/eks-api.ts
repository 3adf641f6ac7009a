// Imported once a cluster of EKS is asked for.
import { DescribeClusterCommand, EKSClient, type EKSClientConfig, type Cluster as EksAnswer } from '@aws-sdk/client-eks'
import { errorName } from '../http/aws-errors.ts'
import { errorOfAws } from './aws-failures.ts'
import { unusable } from './eks-description.ts'

export const openEks = (config: EKSClientConfig): EKSClient => new EKSClient(config)

/** What EKS answers of a cluster. @throws AccessDeniedError or UnavailableError, also for one that EKS does not know */
export async function askForCluster(what: string, clusterName: string, eks: EKSClient): Promise<EksAnswer> {
  try {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: clusterName }))
    return cluster ?? {}
  } catch (error) {
    if (errorName(error) !== 'ResourceNotFoundException') throw errorOfAws(what, error, 'EKS')
    throw unusable(what, 'expected a cluster of that name in this region and account, found none', error)
  }
}
