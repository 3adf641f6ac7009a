import { type BatchClient, DescribeServiceJobCommand, ListServiceJobsCommand } from '@aws-sdk/client-batch'
import pMap from 'p-map'
import * as z from 'zod'
import { findJson } from '../../domain/json.ts'
import { InvalidInputError } from '../../errors.ts'
import type { AwsListing } from './aws-listing.ts'
import { listJobIds } from './batch-job-ids.ts'
import type { KindImages } from './image-names.ts'

const describedAtOnce = 4
const service = 'Batch'
const jobs = { service, operation: 'ListServiceJobs' } as const
const describe = { service, operation: 'DescribeServiceJob' } as const
/** In the order in which a job goes on. One that is preempted or tried again waits anew, so what waits is listed twice. */
const unfinished = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'SCHEDULED', 'STARTING', 'RUNNING', 'RUNNABLE'] as const

/**
 * What SageMaker is to train, as its CreateTrainingJob takes it: by an image, or without one of its own. What says neither is
 * not read as a job without an image.
 */
const trainingRequest = z.union([
  z
    .object({ AlgorithmSpecification: z.object({ TrainingImage: z.string().min(1) }) })
    .transform(({ AlgorithmSpecification }) => [AlgorithmSpecification.TrainingImage]),
  z.object({ AlgorithmSpecification: z.object({ AlgorithmName: z.string() }) }).transform(() => []),
  z.object({ ServerlessJobConfig: z.looseObject({}) }).transform(() => []),
])

/**
 * The images of every service job of these queues that has not ended: SageMaker knows of a training only when its turn has
 * come.
 * @throws InvalidInputError when a job does not say what it trains by
 */
export async function listServiceJobImages(
  client: BatchClient,
  queues: readonly string[],
  listing: AwsListing,
): Promise<KindImages[]> {
  const ids: string[] = []
  for (const queue of queues) ids.push(...(await listUnfinished(client, queue, listing)))
  const images = await pMap(new Set(ids), id => imagesOf(client, id, listing), { concurrency: describedAtOnce })
  return images.flat()
}

const listUnfinished = (client: BatchClient, jobQueue: string, listing: AwsListing): Promise<string[]> =>
  listJobIds(jobs, unfinished, listing, async (jobStatus, nextToken, options) => {
    const command = new ListServiceJobsCommand({ jobQueue, jobStatus, nextToken, maxResults: 100 })
    const page = await client.send(command, options)
    return { items: page.jobSummaryList, next: page.nextToken }
  })

/** One that ends meanwhile is still told of for days. */
async function imagesOf(client: BatchClient, jobId: string, listing: AwsListing): Promise<KindImages[]> {
  const job = await listing.call(describe, options => client.send(new DescribeServiceJobCommand({ jobId }), options))
  const { data } = trainingRequest.safeParse(findJson(job?.serviceRequestPayload ?? ''))
  if (data === undefined)
    throw new InvalidInputError(
      `${listing.textOf(describe)}: expected the image that job ${jobId} trains by, got a request that does not say it`,
    )
  return data.map(image => ({ kind: 'BatchServiceJob', name: job?.jobName ?? '', image }))
}
