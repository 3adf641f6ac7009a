import {
  DescribeDaemonTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  ListDaemonTaskDefinitionsCommand,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs'
import pMap from 'p-map'
import type { AwsListing } from './aws-listing.ts'
import type { RememberedNames } from './remembered-names.ts'

const definitionsAtOnce = 8
const list = { service: 'ECS', operation: 'ListTaskDefinitions' } as const
const describe = { service: 'ECS', operation: 'DescribeTaskDefinition' } as const
/** Daemons are not served in every region. */
const absent = ['UnsupportedFeatureException', 'UnknownOperationException', 'InvalidAction']
const listDaemons = { service: 'ECS', operation: 'ListDaemonTaskDefinitions', absent } as const
const describeDaemon = { service: 'ECS', operation: 'DescribeDaemonTaskDefinition' } as const

/** ARNs of every revision that a task or a daemon can be started from: by a person, a service, a rule, a schedule. */
export async function listActiveDefinitions(client: ECSClient, listing: AwsListing): Promise<string[]> {
  const maxResults = 100
  const tasks = await listing.all(list, async (nextToken, options) => {
    const command = new ListTaskDefinitionsCommand({ status: 'ACTIVE', nextToken, maxResults })
    const page = await client.send(command, options)
    return { items: page.taskDefinitionArns, next: page.nextToken }
  })
  const daemons = await listing.all(listDaemons, async (nextToken, options) => {
    const command = new ListDaemonTaskDefinitionsCommand({ status: 'ACTIVE', nextToken, maxResults })
    const page = await client.send(command, options)
    return { items: page.daemonTaskDefinitions, next: page.nextToken }
  })
  return [...tasks, ...daemons.flatMap(({ arn }) => arn ?? [])]
}

/** The images that each revision names, as it spells them. A revision never changes, so each is described once. */
export async function readDefinitions(
  client: ECSClient,
  arns: ReadonlySet<string>,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<ReadonlyMap<string, readonly string[]>> {
  remembered.keepOnly(arns)
  const readOne = async (arn: string) => {
    const images = remembered.find(arn) ?? (await describeOne(client, arn, listing))
    remembered.remember(arn, images)
    return [arn, images] as const
  }
  return new Map(await pMap(arns, readOne, { concurrency: definitionsAtOnce }))
}

async function describeOne(client: ECSClient, arn: string, listing: AwsListing): Promise<readonly string[]> {
  const containers = isDaemon(arn)
    ? await listing.call(describeDaemon, async options => {
        const command = new DescribeDaemonTaskDefinitionCommand({ daemonTaskDefinition: arn })
        return (await client.send(command, options)).daemonTaskDefinition?.containerDefinitions
      })
    : await listing.call(describe, async options => {
        const command = new DescribeTaskDefinitionCommand({ taskDefinition: arn })
        return (await client.send(command, options)).taskDefinition?.containerDefinitions
      })
  return [...new Set((containers ?? []).flatMap(({ image }) => image ?? []))]
}

const isDaemon = (arn: string): boolean => arn.includes(':daemon-task-definition/')
