import { existsSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { InvalidInputError, UnavailableError } from '../../shared/errors.ts'
import type { InstallationId, InstallationNames } from '../../shared/installation-names.ts'
import { parseSettings, type Settings } from '../../shared/settings.ts'
import { killSwitchParameter, type QueueName } from '../../shared/wiring.ts'
import { readAccessKey } from '../embedded/access-key.ts'
import { isFolderHeld } from '../embedded/aws/folder-lock.ts'
import { localAccountId } from '../embedded/aws/identity.ts'
import { queueUrlOf } from '../embedded/aws/queue-url.ts'
import type { Endpoints } from '../embedded/host.ts'
import { podClusterOf } from '../embedded/in-cluster.ts'
import { ensureInstallationId } from '../embedded/installation-id.ts'
import { showSecrets } from '../embedded/local-secrets.ts'
import { queueFile } from '../embedded/queue-file.ts'

/** Options of an AWS client; empty where the environment says everything. */
export interface ClientOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** What of an installation lies on AWS, by its names. */
export interface Deployed {
  readonly names: InstallationNames
  readonly table: string
  readonly archive: string
}

/** Where the installation on this machine keeps everything. */
export interface LocalAddress {
  readonly settings: Settings
  readonly table: string
  readonly archive: string
  readonly killSwitch: string
  readonly dynamodb: ClientOptions
  readonly others: ClientOptions
  readonly findWebhookUrl: () => Promise<string>
  readonly findQueueUrls: () => Promise<Readonly<Record<QueueName, string>>>
  readonly keepWebhookSecrets: (texts: ReadonlyMap<string, string>) => void
  readonly findActor: () => Promise<string>
  readonly findId: () => Promise<InstallationId>
  readonly deployed?: Deployed
}

/** @throws InvalidInputError where none was started there; UnavailableError where it does not run now */
export async function readLocalAddress(dataDir: string): Promise<LocalAddress> {
  const file = join(dataDir, 'endpoints.json')
  if (!existsSync(file))
    throw new InvalidInputError(
      `expected a running installation, found no ${file}; start one with npm start, name its folder with --data, or ask the deployed one with --aws`,
    )
  const endpoints = JSON.parse(readFileSync(file, 'utf8')) as Endpoints
  const { aws, dynamodb, table, archive, region } = endpoints
  await checkRunning(aws, dataDir)
  const credentials = readAccessKey(dataDir)
  const settings = parseSettings(JSON.parse(readFileSync(join(dataDir, 'settings.json'), 'utf8')))
  return {
    settings,
    table,
    archive,
    killSwitch: killSwitchParameter,
    dynamodb: dynamodb.startsWith('http://127.0.0.1:') ? { endpoint: dynamodb, region, credentials } : {},
    others: { endpoint: aws, region, credentials },
    findWebhookUrl: async () => webhookBaseOf(endpoints, settings),
    findQueueUrls: async () =>
      mapQueues(name => queueUrlOf(aws, { accountId: localAccountId, region }, queueFile(name))),
    keepWebhookSecrets: texts => showSecrets(dataDir, texts),
    findActor: async () => `person ${userInfo().username}`,
    // One that runs has it: nothing is written here.
    findId: async () => ensureInstallationId(dataDir),
  }
}

/** No registry reaches the loopback address of a Pod. */
function webhookBaseOf({ webhook, webhookBase }: Endpoints, settings: Settings): string {
  if (webhookBase === undefined && podClusterOf(settings))
    throw new InvalidInputError(
      'expected --url, such as http://shelflife.shelflife.svc: an address by which the registry reaches this Pod; start --in-cluster takes it too',
    )
  return webhookBase ?? webhook.replace(/\/webhook$/, '')
}

const mapQueues = (urlOf: (name: QueueName) => string): Record<QueueName, string> => ({
  hints: urlOf('hints'),
  sync: urlOf('sync'),
  reconcile: urlOf('reconcile'),
  sweep: urlOf('sweep'),
})

async function checkRunning(aws: string, dataDir: string): Promise<void> {
  // Where the process has gone, whoever takes its port could answer with a cluster and secrets of his own.
  if (!isFolderHeld(dataDir)) throw notRunning(dataDir)
  try {
    await fetch(aws, { signal: AbortSignal.timeout(5000) })
  } catch (cause) {
    throw notRunning(dataDir, cause)
  }
}

const notRunning = (dataDir: string, cause?: unknown): UnavailableError =>
  new UnavailableError(`expected the installation of ${dataDir} to run, it does not answer; npm start`, {
    kind: 'network',
    cause,
  })
