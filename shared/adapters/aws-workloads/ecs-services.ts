import { DescribeServicesCommand, type ECSClient, ListServicesCommand, type Service } from '@aws-sdk/client-ecs'
import type { AwsListing } from './aws-listing.ts'
import type { DefinitionUse } from './definition-use.ts'
import { describeAll } from './ecs-batches.ts'
import { listRevisionUses } from './service-revisions.ts'

const absent = ['ClusterNotFoundException']
const list = { service: 'ECS', operation: 'ListServices', absent } as const
const describe = { service: 'ECS', operation: 'DescribeServices', absent } as const
const batchSize = 10

/**
 * What the services of a cluster start tasks from: their task definitions, those of deployments and task sets under way,
 * and the digests of their revisions.
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
  const services = await describeAll(describe, arns, batchSize, listing, async (batch, options) => {
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
