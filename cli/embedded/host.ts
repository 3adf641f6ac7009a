import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { table as keys } from '../../shared/adapters/store/table.ts'
import type { Grants } from '../../shared/domain/grants/grant.ts'
import { setOwnTransports, tableClientOptions } from '../../shared/own-aws.ts'
import type { WorkloadKindSettings } from '../../shared/settings/clusters.ts'
import type { SettingsInput } from '../../shared/settings.ts'
import { bus, defaultLayerArchiveDays, layerArchivePrefix, layerExpiryDays, metricsRoute } from '../../shared/wiring.ts'
import { accessKeyFile, ensureAccessKey } from './access-key.ts'
import { ensureTable, startDynamodb } from './aws/dynamodb.ts'
import { startAwsEndpoint } from './aws/endpoint.ts'
import { removeExpiredHourly } from './aws/expired-items.ts'
import { lockFolder } from './aws/folder-lock.ts'
import { setEnvironment } from './environment.ts'
import { type GivenInstallation, writeGivenSettings } from './given-settings.ts'
import { ensureInstallationId } from './installation-id.ts'
import type { LocalRegistry } from './local-registry.ts'
import { ensureKillSwitch, type LocalReceiver, writeLocalSettings } from './local-settings.ts'
import { localQueues, localRules } from './local-transport.ts'
import type { GoogleAccount } from './local-webhooks.ts'
import { servePod } from './pod-server.ts'
import { startRegistry } from './registry/registry-server.ts'
import { importHandlers, runFunctions } from './run-functions.ts'
import { type LocalCluster, startCluster } from './start-cluster.ts'
import { tableDefinition } from './table-definition.ts'
import { watchCluster } from './watch-cluster.ts'
import { serveWebhook } from './webhook-server.ts'

export interface HostOptions {
  readonly dataDir: string
  /** First of a run of ports; 0 takes any free ones. */
  readonly port: number
  readonly speed: number
  /** A real cluster instead of the embedded API. */
  readonly kubeconfig?: string
  /** A real table instead of the embedded engine. */
  readonly table?: string
  /** Real registries instead of the loopback one. */
  readonly registries?: readonly LocalRegistry[]
  /** What is said of the loopback one. */
  readonly loopback?: Pick<LocalRegistry, 'capacityBytes' | 'aliases' | 'notAliases'>
  /** Kinds of the cluster that count as use beside the known ones. */
  readonly workloads?: readonly WorkloadKindSettings[]
  /** Who may read with a credential of the installation, and delete, in every registry of this process. */
  readonly grants: Grants
  readonly limits: SettingsInput['limits']
  /** Whose tokens count where Google's registries tell of pushes. */
  readonly google?: GoogleAccount
  /** Who is told what; the SNS of e-mail is no part of this process. */
  readonly notifications?: readonly LocalReceiver[]
  /** Its settings are written out: then nothing of the above about cluster, registries and settings counts. */
  readonly given?: GivenInstallation
  readonly onError: (where: string, error: unknown) => void
}

/** Addresses of a running installation, as `endpoints.json` holds them. */
export interface Endpoints {
  readonly registry: string
  readonly kubernetes: string
  readonly webhook: string
  /** By which registries reach the webhooks of a Pod; absent: nobody said, or nothing but `webhook` does. */
  readonly webhookBase?: string
  readonly metrics: string
  readonly dynamodb: string
  readonly table: string
  /** Queues, bus, secrets, keys, parameters and objects. */
  readonly aws: string
  readonly region: string
  /** Bucket of the archived manifests. */
  readonly archive: string
}

export interface Host {
  readonly endpoints: Endpoints
  readonly kubeconfigPath: string
  /** With it the AWS tools sign for the embedded services. */
  readonly credentialsFile: string
  /** Of the first registry; absent where the settings are given. */
  readonly webhookSecret?: string
  /** Holds the secret that scrapers of the metrics present. */
  readonly metricsSecretFile: string
  /** Starts the queues and the schedules; everything before only listens. */
  run(): Promise<void>
  runNow(schedule: string): Promise<void>
  close(): Promise<void>
}

const endpointsFile = 'endpoints.json'
const metricsSecretFile = 'metrics-secret'
const bucket = 'shelflife-archive'
const sealingKey = 'shelflife-sealing'
const embeddedTable = 'shelflife'
/** Under this name the objects of the demo know the registry. */
const embeddedRegistryHost = 'harbor.example.com'

type Closing = () => Promise<void>

/** Starts every part on 127.0.0.1. What was started is closed again when a later part cannot start. */
export async function startHost(options: HostOptions): Promise<Host> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  // Held before anything is written: a second start on the same data must do the first no harm.
  const unlock = lockFolder(options.dataDir)
  const closing: Closing[] = [async () => unlock()]
  // Until this start has its own, the addresses of the last one may be another program's.
  rmSync(join(options.dataDir, endpointsFile), { force: true })
  try {
    return await startParts(options, closing)
  } catch (error) {
    await closeAll(closing)
    throw error
  }
}

async function closeAll(closing: Closing[]): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close()
}

async function startParts(options: HostOptions, closing: Closing[]): Promise<Host> {
  const portOf = (at: number) => (options.port === 0 ? 0 : options.port + at)
  const folder = (name: string) => join(options.dataDir, name)
  const accessKey = ensureAccessKey(options.dataDir)
  const { given } = options
  const kubernetes = await startCluster({
    kubeconfig: options.kubeconfig,
    kubeconfigText: given?.ownCluster.reader,
    port: portOf(0),
    folder,
  })
  closing.push(() => kubernetes.close())
  const [first] = options.registries ?? []
  const registry =
    first === undefined && given === undefined
      ? await startRegistry({ port: portOf(1), dataDir: folder('registry') })
      : undefined
  if (registry) closing.push(() => registry.close())
  const aws = await startAwsEndpoint({
    port: portOf(3),
    dataDir: folder('aws'),
    accessKey,
    queues: localQueues(),
    buses: [bus.name],
    rules: localRules(),
    buckets: [bucket],
    keys: [sealingKey],
    expiries: [
      {
        prefix: layerArchivePrefix,
        days: layerExpiryDays(given?.settings.layerArchiveDays ?? defaultLayerArchiveDays),
      },
    ],
    secretsFolder: given?.secretsFolder,
    onUnhandled: error => options.onError('aws', error),
  })
  closing.push(() => aws.close())
  const dynamodb =
    options.table === undefined
      ? await startDynamodb({ port: portOf(4), dataDir: folder('dynamodb'), accessKey })
      : undefined
  if (dynamodb) closing.push(() => dynamodb.close())
  const tableName = options.table ?? embeddedTable
  const putBack = setEnvironment(aws, {
    dynamodbEndpoint: dynamodb?.endpoint,
    tableName,
    settingsFile: folder('settings.json'),
    archive: bucket,
    sealingKey,
    installation: ensureInstallationId(options.dataDir),
  })
  closing.push(async () => putBack())
  setOwnTransports({ table: dynamodb?.transport, archive: aws.archive })
  // Whoever makes a client in this process later finds its services by the environment alone.
  closing.push(async () => setOwnTransports({}))
  if (dynamodb) {
    const client = new DynamoDBClient(tableClientOptions())
    await ensureTable(client, tableDefinition(tableName))
    closing.push(removeExpiredHourly({ client, tableName, keys }, error => options.onError('expired items', error)))
  }
  const secrets =
    given === undefined ? await writeOwnSettings(options, registry?.url, { kubernetes, folder }) : undefined
  if (given) await writeGivenSettings(given, folder('settings.json'))
  await ensureKillSwitch()
  const handlers = await importHandlers()
  let running: ReturnType<typeof runFunctions> | undefined
  let isEnding = false
  const webhook = given
    ? await servePod(given.listenPort, handlers, () => running !== undefined && !isEnding)
    : await serveWebhook(portOf(2), handlers)
  closing.push(() => webhook.close())
  const httpUrl = `http://127.0.0.1:${webhook.port}`
  const webhookUrl = `${httpUrl}/webhook`
  registry?.setNotifications([
    {
      url: `${webhookUrl}/distribution`,
      headers: { authorization: `Bearer ${secrets?.ownRegistry}` },
      ignore: { actions: ['pull'], mediaTypes: ['application/octet-stream'] },
    },
  ])
  return {
    endpoints: {
      registry: registry?.url ?? first?.endpoint ?? `https://${first?.host}`,
      kubernetes: kubernetes.url,
      webhook: webhookUrl,
      ...(given?.webhookBase !== undefined && { webhookBase: given.webhookBase }),
      metrics: `${httpUrl}${metricsRoute}`,
      dynamodb: dynamodb?.endpoint ?? 'https://dynamodb.amazonaws.com',
      table: tableName,
      aws: aws.endpoint,
      region: aws.identity.region,
      archive: bucket,
    },
    kubeconfigPath: kubernetes.kubeconfigPath,
    credentialsFile: accessKeyFile(options.dataDir),
    ...(secrets && { webhookSecret: secrets.webhook }),
    metricsSecretFile: folder(metricsSecretFile),
    run: async () => {
      running = runFunctions(handlers, aws, {
        speed: options.speed,
        notifies: (given?.settings.notifications ?? options.notifications ?? []).length > 0,
        onError: options.onError,
      })
      closing.push(() => running?.stop() ?? Promise.resolve())
      closing.push(watchCluster(kubernetes.kubeconfigPath, running))
    },
    runNow: async name => running?.runNow(name),
    close: () => {
      isEnding = true
      return closeAll(closing)
    },
  }
}

/** What the flags say, as settings. */
const writeOwnSettings = (
  { registries = [], loopback, ...options }: HostOptions,
  ownRegistry: string | undefined,
  { kubernetes, folder }: { readonly kubernetes: LocalCluster; readonly folder: (name: string) => string },
) =>
  writeLocalSettings({
    registries:
      ownRegistry === undefined ? registries : [{ ...loopback, host: embeddedRegistryHost, endpoint: ownRegistry }],
    isOwn: ownRegistry !== undefined,
    ...(options.google && { google: options.google }),
    workloads: options.workloads ?? [],
    grants: options.grants,
    limits: options.limits,
    notifications: options.notifications ?? [],
    kubeconfig: readFileSync(kubernetes.kubeconfigPath, 'utf8'),
    settingsFile: folder('settings.json'),
    dataDir: options.dataDir,
    metricsSecretFile: folder(metricsSecretFile),
  })

/** Written whole or not at all, once everything listens: so a reader never finds half a file. */
export function writeEndpoints(dataDir: string, endpoints: Endpoints): void {
  const file = join(dataDir, endpointsFile)
  writeFileSync(`${file}.new`, `${JSON.stringify(endpoints, undefined, 2)}\n`)
  renameSync(`${file}.new`, file)
}
