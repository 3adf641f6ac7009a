import {
  type EMRServerlessClient,
  GetApplicationCommand,
  GetJobRunCommand,
  type ImageConfiguration,
  type JobRunSummary,
  ListApplicationsCommand,
  ListJobRunsCommand,
  type WorkerTypeSpecification,
} from '@aws-sdk/client-emr-serverless'
import pMap from 'p-map'
import type { AwsListing } from './aws-listing.ts'
import { atDigest, type KindImages } from './image-names.ts'
import type { RememberedImages } from './remembered-images.ts'

const describedAtOnce = 4
const maxResults = 50
const service = 'EMR Serverless'
const absent = ['ResourceNotFoundException']
const list = { service, operation: 'ListApplications' } as const
const get = { service, operation: 'GetApplication', absent } as const
const listRuns = { service, operation: 'ListJobRuns', absent } as const
const getRun = { service, operation: 'GetJobRun', absent } as const
/** In the order in which a job goes on; one that is tried again waits anew, so what waits is asked for in the same call. */
const unfinished = ['SUBMITTED', 'QUEUED', 'PENDING', 'SCHEDULED', 'RUNNING', 'CANCELLING'] as const

/** Nothing runs in it: a job that is given to it starts it first. Runs are listed once a second at most, of the whole account. */
const isIdle = (state: string | undefined): boolean => /^(CREATING|CREATED|STOPPED)$/.test(state ?? '')

/**
 * The images that jobs of every application start workers from, by the digest that it found at its start; and those of jobs
 * that have not ended, which go on with the digest of their own start when the tag or the application has another by then.
 *
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/updating-running-applications.html
 */
export async function listEmrServerlessImages(
  client: EMRServerlessClient,
  remembered: RememberedImages,
  listing: AwsListing,
): Promise<KindImages[]> {
  const applications = await listing.all(list, async (nextToken, options) => {
    const page = await client.send(new ListApplicationsCommand({ nextToken, maxResults }), options)
    return { items: page.applications, next: page.nextToken }
  })
  const there = applications.filter(({ state }) => state !== 'TERMINATED').flatMap(({ id }) => id ?? [])
  const idle = new Set(applications.filter(({ state }) => isIdle(state)).map(({ id }) => id))
  // Runs are listed first: what one is started by meanwhile is then named by its application.
  const busy = there.filter(id => !idle.has(id))
  const runs = (await pMap(busy, id => listUnfinished(client, id, listing), { concurrency: describedAtOnce })).flat()
  remembered.keepOnly(new Set(runs.map(idOfRun)))
  const running = await pMap(runs, run => imagesOfRun(client, run, remembered, listing), {
    concurrency: describedAtOnce,
  })
  const named = await pMap(there, id => imagesOfApplication(client, id, listing), { concurrency: describedAtOnce })
  return [...running, ...named].flat()
}

async function imagesOfApplication(
  client: EMRServerlessClient,
  applicationId: string,
  listing: AwsListing,
): Promise<KindImages[]> {
  const answer = await listing.call(get, options => client.send(new GetApplicationCommand({ applicationId }), options))
  const { application } = answer ?? {}
  const name = application?.name ?? applicationId
  return imagesOf(application).map(image => ({ kind: 'EmrServerlessApplication', name, image }))
}

const listUnfinished = (client: EMRServerlessClient, applicationId: string, listing: AwsListing) =>
  listing.all(listRuns, async (nextToken, options) => {
    const command = new ListJobRunsCommand({ applicationId, states: [...unfinished], nextToken, maxResults })
    const page = await client.send(command, options)
    return { items: page.jobRuns, next: page.nextToken }
  })

async function imagesOfRun(
  client: EMRServerlessClient,
  run: JobRunSummary,
  remembered: RememberedImages,
  listing: AwsListing,
): Promise<KindImages[]> {
  const { applicationId, id: jobRunId } = run
  const read = async (): Promise<readonly string[]> => {
    const command = new GetJobRunCommand({ applicationId, jobRunId })
    const { jobRun } = (await listing.call(getRun, options => client.send(command, options))) ?? {}
    const images = imagesOf(jobRun)
    // It is resolved by then: an attempt goes on with what it began with.
    if (jobRun?.state === 'RUNNING' && images.every(image => image.includes('@')))
      remembered.remember(idOfRun(run), images)
    return images
  }
  const images = remembered.find(idOfRun(run)) ?? (await read())
  return images.map(image => ({ kind: 'EmrServerlessJobRun', name: run.name ?? jobRunId ?? '', image }))
}

const idOfRun = ({ applicationId, id, attempt }: JobRunSummary): string => [applicationId, id, attempt].join('#')

interface Configured {
  readonly imageConfiguration?: ImageConfiguration | undefined
  readonly workerTypeSpecifications?: Record<string, WorkerTypeSpecification> | undefined
}

/** One for all workers, or one for a type of them; none where EMR's own is used. */
const imagesOf = ({ imageConfiguration, workerTypeSpecifications = {} }: Configured = {}): string[] =>
  [imageConfiguration, ...Object.values(workerTypeSpecifications).map(one => one.imageConfiguration)].flatMap(one =>
    one?.imageUri ? [atDigest(one.imageUri, one.resolvedImageDigest)] : [],
  )
