import { ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs'
import pMap from 'p-map'
import type { AwsListing } from './aws-listing.ts'
import type { DefinitionUse } from './definition-use.ts'
import { listServiceUses } from './ecs-services.ts'
import { listTaskUses } from './ecs-tasks.ts'
import type { WorkloadImages } from './image-names.ts'
import type { ClientConfig, ListService } from './list-service.ts'
import { RememberedNames } from './remembered-names.ts'
import { listActiveDefinitions, readDefinitions } from './task-definitions.ts'

const clustersAtOnce = 4
const list = { service: 'ECS', operation: 'ListClusters' } as const

export function openEcs(config: ClientConfig): ListService {
  const [client, remembered] = [new ECSClient(config), new RememberedNames()]
  return async listing =>
    (await listTaskDefinitionImages(client, remembered, listing)).map(one => ({ kind: 'TaskDefinition', ...one }))
}

/**
 * The images of every task definition that something may be started from, and what services and tasks run of those and
 * of deregistered ones. The newest revision of a family, and every revision that a service or task runs, is in use; older revisions
 * are rollback targets.
 */
export async function listTaskDefinitionImages(
  client: ECSClient,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<WorkloadImages[]> {
  // Uses are listed first: a revision that is registered and deployed meanwhile is then among the active ones.
  const uses = await listUses(client, listing)
  const active = await listActiveDefinitions(client, listing)
  const inUse = new Set(uses.filter(use => !use.rollback).map(use => use.definition))
  const images = await readDefinitions(client, new Set([...active, ...inUse]), remembered, listing)
  const current = new Set([...inUse, ...newestOf(active)])
  const named = [...images].map(([definition, names]) => ({ definition, images: names, rollback: false }))
  return [...named, ...uses].flatMap(use => {
    const rollback = use.rollback || !current.has(use.definition)
    return use.images.map(image => ({ name: nameOf(use.definition), image, rollback }))
  })
}

async function listUses(client: ECSClient, listing: AwsListing): Promise<DefinitionUse[]> {
  const clusters = await listing.all(list, async (nextToken, options) => {
    const page = await client.send(new ListClustersCommand({ nextToken, maxResults: 100 }), options)
    return { items: page.clusterArns, next: page.nextToken }
  })
  // Services are listed first: a task that one starts meanwhile is then among the tasks.
  const usesOf = async (cluster: string) => [
    ...(await listServiceUses(client, cluster, listing)),
    ...(await listTaskUses(client, cluster, listing)),
  ]
  return (await pMap(clusters, usesOf, { concurrency: clustersAtOnce })).flat()
}

/** `web:7` of the ARN that ends in `task-definition/web:7`; `daemon/agent:2` of a daemon's. */
const nameOf = (arn: string): string =>
  arn.replace(/^.*:(daemon-)?task-definition\//, (_, daemon) => (daemon ? 'daemon/' : ''))

function newestOf(active: readonly string[]): string[] {
  const newest = new Map<string, { arn: string; revision: number }>()
  for (const arn of active) {
    const colon = arn.lastIndexOf(':')
    const revision = Number(arn.slice(colon + 1))
    const known = newest.get(arn.slice(0, colon))
    if (known === undefined || revision > known.revision) newest.set(arn.slice(0, colon), { arn, revision })
  }
  return [...newest.values()].map(({ arn }) => arn)
}
