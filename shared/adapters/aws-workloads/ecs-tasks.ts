import { DescribeTasksCommand, type ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs'
import type { AwsListing } from './aws-listing.ts'
import type { DefinitionUse } from './definition-use.ts'
import { describeAll } from './ecs-batches.ts'
import { atDigest } from './image-names.ts'

const absent = ['ClusterNotFoundException']
const list = { service: 'ECS', operation: 'ListTasks', absent } as const
const describe = { service: 'ECS', operation: 'DescribeTasks', absent } as const
const batchSize = 100

/** What the tasks of a cluster run, or will: all that are meant to run, also those that are not started yet. */
export async function listTaskUses(client: ECSClient, cluster: string, listing: AwsListing): Promise<DefinitionUse[]> {
  const arns = await listing.all(list, async (nextToken, options) => {
    const command = new ListTasksCommand({ cluster, nextToken, desiredStatus: 'RUNNING', maxResults: 100 })
    const page = await client.send(command, options)
    return { items: page.taskArns, next: page.nextToken }
  })
  const tasks = await describeAll(describe, arns, batchSize, listing, async (batch, options) => {
    const answer = await client.send(new DescribeTasksCommand({ cluster, tasks: batch }), options)
    return { items: answer.tasks, failures: answer.failures }
  })
  return tasks.map(({ taskDefinitionArn = '', containers = [] }) => ({
    definition: taskDefinitionArn,
    images: containers.flatMap(({ image, imageDigest }) => (image ? [atDigest(image, imageDigest)] : [])),
    rollback: false,
  }))
}
