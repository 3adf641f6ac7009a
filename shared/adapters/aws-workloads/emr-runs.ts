import {
  type EMRServerlessClient,
  GetJobRunCommand,
  type JobRunSummary,
  ListJobRunsCommand,
} from '@aws-sdk/client-emr-serverless'
import pMap from 'p-map'
import type { AwsListing } from './aws-listing.ts'
import { type EmrApplication, imagesOf } from './emr-images.ts'
import type { KindImages } from './image-names.ts'
import type { RememberedNames } from './remembered-names.ts'

const describedAtOnce = 4
const maxResults = 50
const service = 'EMR Serverless'
const absent = ['ResourceNotFoundException']
const listRuns = { service, operation: 'ListJobRuns', absent } as const
const getRun = { service, operation: 'GetJobRun', absent } as const
/** In the order in which a job goes on; one that is tried again waits anew, so what waits is asked for in the same call. */
const unfinished = ['SUBMITTED', 'QUEUED', 'PENDING', 'SCHEDULED', 'RUNNING', 'CANCELLING'] as const

/** What does not change again. */
export interface RememberedRuns {
  /** The images of an attempt of a run. */
  readonly runs: RememberedNames
  /** Applications without an image of their own in which no run of before has one either. */
  readonly plain: RememberedNames
}

/** The images of all jobs of these applications that have not ended. */
export async function listRunImages(
  client: EMRServerlessClient,
  applications: readonly EmrApplication[],
  remembered: RememberedRuns,
  listing: AwsListing,
): Promise<KindImages[]> {
  const concurrency = describedAtOnce
  const lists = await pMap(applications, one => listUnfinished(client, one, listing), { concurrency })
  remembered.runs.keepOnly(new Set(lists.flat().map(idOfRun)))
  const found = await pMap(lists.flat(), run => imagesOfRun(client, run, remembered.runs, listing), { concurrency })
  for (const [at, application] of applications.entries()) {
    const isPlain = lists[at]?.every(run => remembered.runs.find(idOfRun(run))?.length === 0) ?? false
    // What begins in it from now on has no image either, until it is changed.
    if (isPlain && application.updatedAt && imagesOf(application).length === 0)
      remembered.plain.remember(stateOf(application), [])
  }
  return found.flat()
}

/** Each change of an application has another time. */
export const stateOf = ({ applicationId, updatedAt }: EmrApplication): string =>
  [applicationId, updatedAt?.toISOString()].join('#')

const listUnfinished = (client: EMRServerlessClient, { applicationId }: EmrApplication, listing: AwsListing) =>
  listing.all(listRuns, async (nextToken, options) => {
    const command = new ListJobRunsCommand({ applicationId, states: [...unfinished], nextToken, maxResults })
    const page = await client.send(command, options)
    return { items: page.jobRuns, next: page.nextToken }
  })

async function imagesOfRun(
  client: EMRServerlessClient,
  run: JobRunSummary,
  remembered: RememberedNames,
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
