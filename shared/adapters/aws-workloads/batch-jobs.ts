import {
  BatchClient,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  type JobDefinition,
  ListJobsCommand,
} from '@aws-sdk/client-batch'
import pMap from 'p-map'
import { slices } from '../../domain/slices.ts'
import type { AwsListing } from './aws-listing.ts'
import { imagesOfDefinition, imagesOfJob } from './batch-images.ts'
import { listJobIds } from './batch-job-ids.ts'
import { listServiceJobImages } from './batch-service-jobs.ts'
import type { KindImages } from './image-names.ts'
import type { ClientConfig, ListService } from './list-service.ts'

const queuesAtOnce = 2
const jobsPerCall = 100
const service = 'Batch'
const definitions = { service, operation: 'DescribeJobDefinitions' } as const
const queues = { service, operation: 'DescribeJobQueues' } as const
const jobs = { service, operation: 'ListJobs' } as const
const describe = { service, operation: 'DescribeJobs' } as const
/** What waits or runs. */
const unfinished = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING'] as const

export function openBatch(config: ClientConfig): ListService {
  const client = new BatchClient(config)
  return listing => listBatchImages(client, listing)
}

/**
 * The images of every active job definition, of which the newest revision of a name is in use and older ones are rollback
 * targets, and of every job that has not ended: its definition may be deregistered by then.
 */
export async function listBatchImages(client: BatchClient, listing: AwsListing): Promise<KindImages[]> {
  // Jobs are listed last: one whose definition is deregistered meanwhile is then among them.
  const active = await listing.all(definitions, async (nextToken, options) => {
    const page = await client.send(
      new DescribeJobDefinitionsCommand({ status: 'ACTIVE', nextToken, maxResults: 100 }),
      options,
    )
    return { items: page.jobDefinitions, next: page.nextToken }
  })
  return [...imagesOfActive(active), ...(await listJobImages(client, listing))]
}

function imagesOfActive(active: readonly JobDefinition[]): KindImages[] {
  const newest = new Map<string, number>()
  for (const { jobDefinitionName = '', revision = 0 } of active)
    newest.set(jobDefinitionName, Math.max(newest.get(jobDefinitionName) ?? 0, revision))
  return active.flatMap(one => {
    const { jobDefinitionName = '', revision = 0 } = one
    const name = `${jobDefinitionName}:${revision}`
    const rollback = newest.get(jobDefinitionName) !== revision
    return imagesOfDefinition(one).map(image => ({ kind: 'BatchJobDefinition', name, image, rollback }) as const)
  })
}

async function listJobImages(client: BatchClient, listing: AwsListing): Promise<KindImages[]> {
  const all = await listing.all(queues, async (nextToken, options) => {
    const page = await client.send(new DescribeJobQueuesCommand({ nextToken, maxResults: 100 }), options)
    return { items: page.jobQueues, next: page.nextToken }
  })
  // Queues of service jobs have no others, and no other queue has service jobs.
  const [services = [], containers = []] = [true, false].map(wanted =>
    all.filter(one => (one.jobQueueType === 'SAGEMAKER_TRAINING') === wanted).flatMap(one => one.jobQueueArn ?? []),
  )
  return [
    ...(await listContainerJobImages(client, containers, listing)),
    ...(await listServiceJobImages(client, services, listing)),
  ]
}

async function listContainerJobImages(
  client: BatchClient,
  arns: readonly string[],
  listing: AwsListing,
): Promise<KindImages[]> {
  const ids = (await pMap(arns, queue => listUnfinished(client, queue, listing), { concurrency: queuesAtOnce })).flat()
  const described = await pMap(
    slices([...new Set(ids)], jobsPerCall),
    // What it gives no answer for is gone.
    batch => listing.call(describe, options => client.send(new DescribeJobsCommand({ jobs: batch }), options)),
    { concurrency: queuesAtOnce },
  )
  return described
    .flatMap(answer => answer?.jobs ?? [])
    .flatMap(job => imagesOfJob(job).map(image => ({ kind: 'BatchJob', name: job.jobName ?? '', image }) as const))
}

/** In the order in which a job goes on, so that one which does meanwhile is met. */
const listUnfinished = (client: BatchClient, jobQueue: string, listing: AwsListing): Promise<string[]> =>
  listJobIds(jobs, unfinished, listing, async (jobStatus, nextToken, options) => {
    const command = new ListJobsCommand({ jobQueue, jobStatus, nextToken, maxResults: 100 })
    const page = await client.send(command, options)
    return { items: page.jobSummaryList, next: page.nextToken }
  })
