import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  type ECSClient,
  ListServicesCommand,
  type Service,
} from '@aws-sdk/client-ecs'
import type { AwsListing } from './aws-listing.ts'
import type { DefinitionUse } from './definition-use.ts'
import { describeAll } from './ecs-batches.ts'
import { atDigest } from './image-names.ts'

const absent = ['ClusterNotFoundException']
const list = { service: 'ECS', operation: 'ListServices', absent } as const
const describe = { service: 'ECS', operation: 'DescribeServices', absent } as const
const deployments = { service: 'ECS', operation: 'DescribeServiceDeployments' } as const
const revisions = { service: 'ECS', operation: 'DescribeServiceRevisions' } as const
/** What one call of each describes at most. */
const batchSizes = { services: 10, deployments: 20, revisions: 20 }

/**
 * What the services of a cluster start tasks from: their task definitions, those of deployments and task sets under way,
 * and the digests that ECS found under their tags when they were deployed. A service at zero tasks starts the next one
 * by that digest, whatever the tag means by then.
 */
export async function listServiceUses(
  client: ECSClient,
  cluster: string,
  listing: AwsListing,
): Promise<DefinitionUse[]> {
  const arns = await listing.all(list, async (nextToken, options) => {
    const page = await client.send(new ListServicesCommand({ cluster, nextToken, maxResults: 100 }), options)
    return { items: page.serviceArns, next: page.nextToken }
  })
  const services = await describeAll(describe, arns, batchSizes.services, listing, async (batch, options) => {
    const answer = await client.send(new DescribeServicesCommand({ cluster, services: batch }), options)
    return { items: answer.services, failures: answer.failures }
  })
  const named = services.flatMap(definitionsOf).map(definition => ({ definition, images: [], rollback: false }))
  return [...named, ...(await listRevisionUses(client, services, listing))]
}

const definitionsOf = ({ taskDefinition, deployments, taskSets }: Service): string[] =>
  [taskDefinition, ...[...(deployments ?? []), ...(taskSets ?? [])].map(one => one.taskDefinition)].flatMap(
    definition => definition ?? [],
  )

/** By the revisions that a service is of, and those that its deployment came from and would be rolled back to. */
async function listRevisionUses(
  client: ECSClient,
  services: readonly Service[],
  listing: AwsListing,
): Promise<DefinitionUse[]> {
  const current = services.flatMap(one => one.currentServiceRevisions ?? []).flatMap(({ arn }) => arn ?? [])
  const under = services.flatMap(one => one.currentServiceDeployment ?? [])
  const found = await describeAll(deployments, under, batchSizes.deployments, listing, async (batch, options) => {
    const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: batch })
    const answer = await client.send(command, options)
    return { items: answer.serviceDeployments, failures: answer.failures }
  })
  const targets = found.flatMap(one => one.targetServiceRevision?.arn ?? [])
  const sources = found
    .flatMap(one => [...(one.sourceServiceRevisions ?? []).map(({ arn }) => arn), one.rollback?.serviceRevisionArn])
    .flatMap(arn => arn ?? [])
  const inUse = new Set([...current, ...targets])
  const arns = [...new Set([...inUse, ...sources])]
  const described = await describeAll(revisions, arns, batchSizes.revisions, listing, async (batch, options) => {
    const answer = await client.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: batch }), options)
    return { items: answer.serviceRevisions, failures: answer.failures }
  })
  return described.map(({ serviceRevisionArn = '', taskDefinition = '', containerImages = [] }) => ({
    definition: taskDefinition,
    images: containerImages.flatMap(({ image, imageDigest }) => (image ? [atDigest(image, imageDigest)] : [])),
    rollback: !inUse.has(serviceRevisionArn),
  }))
}
