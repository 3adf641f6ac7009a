import {
  type AgentRuntime,
  BedrockAgentCoreControlClient,
  GetAgentRuntimeCommand,
  ListAgentRuntimeEndpointsCommand,
  ListAgentRuntimesCommand,
  ListAgentRuntimeVersionsCommand,
} from '@aws-sdk/client-bedrock-agentcore-control'
import pMap from 'p-map'
import { InvalidInputError } from '../../errors.ts'
import type { AwsListing } from './aws-listing.ts'
import type { KindImages } from './image-names.ts'
import type { ClientConfig, ListService } from './list-service.ts'
import { RememberedNames } from './remembered-names.ts'

const runtimesAtOnce = 4
const versionsAtOnce = 8
const maxResults = 100
const service = 'Bedrock AgentCore'
const absent = ['ResourceNotFoundException']
const list = { service, operation: 'ListAgentRuntimes' } as const
const listVersions = { service, operation: 'ListAgentRuntimeVersions', absent } as const
const listEndpoints = { service, operation: 'ListAgentRuntimeEndpoints', absent } as const
const get = { service, operation: 'GetAgentRuntime', absent } as const

/** What does not change again: the images of a version, and the versions of a runtime until it is changed. */
export interface RememberedRuntimes {
  readonly images: RememberedNames
  readonly versions: RememberedNames
}

interface RuntimeVersion {
  readonly runtimeId: string
  readonly runtimeName: string
  readonly version: string
  readonly rollback: boolean
}

export function openAgentRuntimes(config: ClientConfig): ListService {
  const client = new BedrockAgentCoreControlClient(config)
  const remembered = { images: new RememberedNames(), versions: new RememberedNames() }
  return listing => listAgentRuntimeImages(client, remembered, listing)
}

/**
 * The image of every version of every agent runtime. The newest, and those that an endpoint is at or goes to, are in use; an
 * endpoint can be taken back to each of the others, which are rollback targets.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agent-runtime-versioning.html
 */
export async function listAgentRuntimeImages(
  client: BedrockAgentCoreControlClient,
  { images: known, versions: listed }: RememberedRuntimes,
  listing: AwsListing,
): Promise<KindImages[]> {
  const runtimes = await listing.all(list, async (nextToken, options) => {
    const page = await client.send(new ListAgentRuntimesCommand({ nextToken, maxResults }), options)
    return { items: page.agentRuntimes, next: page.nextToken }
  })
  listed.keepOnly(new Set(runtimes.map(stateOf)))
  const versions = await pMap(runtimes, one => versionsOf(client, one, listed, listing), {
    concurrency: runtimesAtOnce,
  })
  known.keepOnly(new Set(versions.flat().map(idOf)))
  const read = async (one: RuntimeVersion): Promise<KindImages[]> => {
    const images = known.find(idOf(one)) ?? (await imagesOf(client, one, known, listing))
    const name = `${one.runtimeName}:${one.version}`
    return images.map(image => ({ kind: 'AgentRuntime', name, image, rollback: one.rollback }))
  }
  return (await pMap(versions.flat(), read, { concurrency: versionsAtOnce })).flat()
}

async function versionsOf(
  client: BedrockAgentCoreControlClient,
  runtime: AgentRuntime,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<RuntimeVersion[]> {
  const { agentRuntimeId, agentRuntimeName, agentRuntimeVersion } = runtime
  const listed = remembered.find(stateOf(runtime)) ?? (await listVersionsOf(client, runtime, remembered, listing))
  // Endpoints are listed last: what one goes to meanwhile is then in use, also where the list of versions lacks it.
  const endpoints = await listing.all(listEndpoints, async (nextToken, options) => {
    const command = new ListAgentRuntimeEndpointsCommand({ agentRuntimeId, nextToken, maxResults })
    const page = await client.send(command, options)
    return { items: page.runtimeEndpoints, next: page.nextToken }
  })
  const known = [...listed, ...(agentRuntimeVersion === undefined ? [] : [agentRuntimeVersion])]
  const newest = known.toSorted((a, b) => Number(a) - Number(b)).at(-1) ?? []
  const served = endpoints.flatMap(({ liveVersion, targetVersion }) => [liveVersion, targetVersion])
  const inUse = new Set([newest, ...served].flatMap(one => one ?? []))
  return [...new Set([...known, ...inUse])].map(version => ({
    runtimeId: agentRuntimeId ?? '',
    runtimeName: agentRuntimeName ?? '',
    version,
    rollback: !inUse.has(version),
  }))
}

async function listVersionsOf(
  client: BedrockAgentCoreControlClient,
  runtime: AgentRuntime,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<readonly string[]> {
  const { agentRuntimeId } = runtime
  const listed = await listing.all(listVersions, async (nextToken, options) => {
    const command = new ListAgentRuntimeVersionsCommand({ agentRuntimeId, nextToken, maxResults })
    const page = await client.send(command, options)
    return { items: page.agentRuntimes, next: page.nextToken }
  })
  const versions = listed.flatMap(one => one.agentRuntimeVersion ?? [])
  // Of one that is gone, or that AWS does not find yet, there are none.
  if (versions.length > 0) remembered.remember(stateOf(runtime), versions)
  return versions
}

/** Each change of a runtime is a new version of it. Such lists are answered five times a second, of the whole account. */
const stateOf = ({ agentRuntimeId, agentRuntimeVersion, lastUpdatedAt }: AgentRuntime): string =>
  [agentRuntimeId, agentRuntimeVersion, lastUpdatedAt?.toISOString()].join('#')

async function imagesOf(
  client: BedrockAgentCoreControlClient,
  one: RuntimeVersion,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<readonly string[]> {
  const command = new GetAgentRuntimeCommand({ agentRuntimeId: one.runtimeId, agentRuntimeVersion: one.version })
  const answer = await listing.call(get, options => client.send(command, options))
  if (answer === undefined) return []
  const { containerConfiguration, $unknown } = answer.agentRuntimeArtifact ?? {}
  // One that is deployed as code has no image.
  if ($unknown !== undefined)
    throw new InvalidInputError(
      `${listing.textOf(get)}: expected ${one.runtimeName} as an image or code, got ${$unknown[0]}`,
    )
  const images = [containerConfiguration?.containerUri].flatMap(image => image ?? [])
  remembered.remember(idOf(one), images)
  return images
}

/** A version never changes, and a runtime that is made anew has another id. */
const idOf = ({ runtimeId, version }: RuntimeVersion): string => `${runtimeId}#${version}`
