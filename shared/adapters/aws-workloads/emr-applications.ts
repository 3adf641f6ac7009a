import {
  EMRServerlessClient,
  GetApplicationCommand,
  ListApplicationsCommand,
  ListSessionsCommand,
} from '@aws-sdk/client-emr-serverless'
import pMap from 'p-map'
import type { AwsListing } from './aws-listing.ts'
import { type EmrApplication, imagesOf } from './emr-images.ts'
import { listRunImages, type RememberedRuns, stateOf } from './emr-runs.ts'
import { anyOf, type KindImages } from './image-names.ts'
import type { ClientConfig, ListService } from './list-service.ts'
import { RememberedNames } from './remembered-names.ts'

const describedAtOnce = 4
const maxResults = 50
const service = 'EMR Serverless'
const absent = ['ResourceNotFoundException']
const list = { service, operation: 'ListApplications' } as const
const get = { service, operation: 'GetApplication', absent } as const
const listSessions = { service, operation: 'ListSessions', absent } as const

const openSessions = ['SUBMITTED', 'STARTING', 'STARTED', 'IDLE', 'BUSY', 'TERMINATING'] as const

/** Nothing runs in it: a job that is given to it starts it first. Runs are listed once a second at most, of the whole account. */
const isIdle = (state: string | undefined): boolean => /^(CREATING|CREATED|STOPPED)$/.test(state ?? '')

export function openEmrServerless(config: ClientConfig): ListService {
  const client = new EMRServerlessClient(config)
  const remembered = { runs: new RememberedNames(), plain: new RememberedNames() }
  return listing => listEmrServerlessImages(client, remembered, listing)
}

/**
 * The images that jobs of every application start workers from, by the digest that it found at its start; and those of jobs
 * that have not ended, which go on with the digest of their own start when the tag or the application has another by then.
 * Sessions go on so too, and tell no image: while there are any, the repository of the application's image is kept whole.
 *
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/updating-running-applications.html
 */
export async function listEmrServerlessImages(
  client: EMRServerlessClient,
  remembered: RememberedRuns,
  listing: AwsListing,
): Promise<KindImages[]> {
  const listed = await listing.all(list, async (nextToken, options) => {
    const page = await client.send(new ListApplicationsCommand({ nextToken, maxResults }), options)
    return { items: page.applications, next: page.nextToken }
  })
  const ids = listed.filter(({ state }) => state !== 'TERMINATED').flatMap(({ id }) => id ?? [])
  const idle = new Set(listed.filter(({ state }) => isIdle(state)).map(({ id }) => id))
  // Runs are listed last: those that began with an image which its application has not any more are then among them.
  const described = await pMap(ids, id => describe(client, id, listing), { concurrency: describedAtOnce })
  const there = described.flatMap(one => one ?? [])
  remembered.plain.keepOnly(new Set(there.map(stateOf)))
  const busy = there.filter(one => !idle.has(one.applicationId))
  const asked = busy.filter(one => remembered.plain.find(stateOf(one)) === undefined)
  const running = await listRunImages(client, asked, remembered, listing)
  const kept = await pMap(busy, one => imagesOfSessions(client, one, listing), { concurrency: describedAtOnce })
  return [...running, ...there.flatMap(one => imagesOf(one).map(asUseOf(one))), ...kept.flat()]
}

const asUseOf =
  ({ name, applicationId }: EmrApplication) =>
  (image: string): KindImages => ({ kind: 'EmrServerlessApplication', name: name ?? applicationId ?? '', image })

/** Undefined for one that is gone since it was listed. */
async function describe(
  client: EMRServerlessClient,
  applicationId: string,
  listing: AwsListing,
): Promise<EmrApplication | undefined> {
  const answer = await listing.call(get, options => client.send(new GetApplicationCommand({ applicationId }), options))
  return answer && { ...answer.application, applicationId }
}

/** Any image of the repositories of its own, while a session is open that may have begun with another than it has now. */
async function imagesOfSessions(
  client: EMRServerlessClient,
  application: EmrApplication,
  listing: AwsListing,
): Promise<KindImages[]> {
  const { applicationId, interactiveConfiguration } = application
  const images = imagesOf(application)
  if (images.length === 0 || interactiveConfiguration?.sessionEnabled !== true) return []
  const command = new ListSessionsCommand({ applicationId, states: [...openSessions], maxResults: 1 })
  const answer = await listing.call(listSessions, options => client.send(command, options))
  const isOpen = (answer?.sessions ?? []).length > 0 || answer?.nextToken !== undefined
  return isOpen ? images.map(image => anyOf(image, 'session')).map(asUseOf(application)) : []
}
