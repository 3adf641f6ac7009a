import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { type Host, startHost } from '../../cli/embedded/host.ts'
import { invocationContext } from '../../cli/embedded/invocation-context.ts'
import { importHandlers } from '../../cli/embedded/run-functions.ts'
import type { FunctionName } from '../../shared/wiring.ts'
import type { World } from '../scenarios/world.ts'
import { deleteAll, shortGrace } from '../support/rulebook.ts'

type LogLine = Record<string, unknown>

export interface RunningHandlers {
  readonly host: Host
  readonly world: World
  readonly handlers: Awaited<ReturnType<typeof importHandlers>>
  /** What the function logged since the last call for any: the registry calls the webhook at any time. */
  takeLog(name?: FunctionName): LogLine[]
  close(): Promise<void>
}

/**
 * Every handler beside a registry, a cluster, a table, queues and a bus, none of which calls a handler by itself. Once in a
 * process: handlers keep what they are composed of, so that of quick tests one file alone may start them.
 */
export async function startHandlers(): Promise<RunningHandlers> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-handlers-'))
  const lines: LogLine[] = []
  const releaseConsole = readConsole(line => void lines.push(line))
  const host = await startHost({
    dataDir,
    port: 0,
    speed: 1,
    grants: deleteAll,
    limits: shortGrace,
    onError: () => undefined,
  })
  return {
    host,
    world: worldOf(host),
    handlers: await importHandlers(),
    takeLog: name => lines.splice(0).filter(({ service }) => service === name),
    close: async () => {
      await host.close()
      releaseConsole()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const levels = ['debug', 'info', 'warn', 'error'] as const

/**
 * Takes what the loggers write, until the function that it returns is called: other test files run in this process after this one.
 * What is no line of a logger (a server that tells of a broken connection) is written as it would have been.
 */
function readConsole(take: (line: LogLine) => void): () => void {
  // Their loggers take hold of the console as they are imported.
  process.env.POWERTOOLS_DEV = 'true'
  const before = levels.map(level => [level, console[level]] as const)
  for (const [level, write] of before)
    console[level] = (...said: unknown[]) => {
      const line = logLineOf(said)
      line ? take(line) : write(...said)
    }
  return () => {
    for (const [level, write] of before) console[level] = write
  }
}

function logLineOf([text, ...rest]: readonly unknown[]): LogLine | undefined {
  if (typeof text !== 'string' || rest.length > 0) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function worldOf({ endpoints, kubeconfigPath, webhookSecret = '' }: Host): World {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfigPath)
  return {
    registryUrl: endpoints.registry,
    registryHost: 'harbor.example.com',
    kubeconfigPath,
    webhookUrl: endpoints.webhook,
    webhookSecret,
    client: KubernetesObjectApi.makeApiClient(config),
  }
}

type QueueHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | undefined>

/** An invocation as the event source of a FIFO queue makes it; each body is of a group of its own. */
export async function deliver(name: FunctionName, handler: QueueHandler, bodies: readonly string[]) {
  const context = invocationContext(name)
  const answer = await handler({ Records: bodies.map((body, at) => recordOf(name, body, at)) }, context)
  return { failed: answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), context }
}

const recordOf = (queue: string, body: string, at: number): SQSRecord => ({
  messageId: `message-${at}`,
  receiptHandle: `handle-${at}`,
  body,
  attributes: {
    ApproximateReceiveCount: '1',
    AWSTraceHeader: 'Root=1-00000000-000000000000000000000000',
    SentTimestamp: '1765000000000',
    SequenceNumber: String(at),
    MessageGroupId: `group-${at}`,
    SenderId: 'AIDAEXAMPLE',
    MessageDeduplicationId: `deduplication-${at}`,
    ApproximateFirstReceiveTimestamp: '1765000000001',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:eu-west-1:123456789012:${queue}.fifo`,
  awsRegion: 'eu-west-1',
})

/** What EventBridge delivers to the queues behind its rules. */
export const envelope = (type: string, detail: object, id = 'event-1'): string =>
  JSON.stringify({
    version: '0',
    id,
    'detail-type': type,
    source: 'shelflife',
    account: '123456789012',
    time: '2026-01-01T00:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: { ...detail, group: 'a group' },
  })

/** What a schedule of EventBridge Scheduler sends. */
export const scheduled: object = {
  version: '0',
  id: 'b3c5',
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: '123456789012',
  time: '2026-01-01T00:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:scheduler:eu-west-1:123456789012:schedule/default/reconcile'],
  detail: '{}',
}
