import { readFileSync } from 'node:fs'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { invocationContext } from '../../cli/embedded/invocation-context.ts'
import { syncKey } from '../../shared/adapters/store/keys.ts'
import { askOf } from '../../shared/domain/ask.ts'
import { environmentNames } from '../../shared/wiring.ts'
import { newScene, read, track } from '../scenarios/objects.ts'
import { push, type Scene } from '../scenarios/world.ts'
import { readOpenMetrics } from '../support/openmetrics.ts'
import { deliver, envelope, type RunningHandlers, scheduled, startHandlers } from './running-handlers.ts'

let running: RunningHandlers
beforeAll(async () => {
  running = await startHandlers()
})
afterAll(() => running?.close())
beforeEach(() => void running.takeLog())

const registry = 'harbor.example.com'
const credential = 'anonymous'
const requestOf = (scene: Scene, attempt: string, asks: readonly string[] = []) =>
  envelope('SyncRequested', {
    registry,
    repository: scene.repository,
    credential,
    timeoutMs: 5000,
    trigger: 'Initial',
    attempt,
    asks,
  })
const syncedOf = (scene: Scene, correlationId?: string) =>
  envelope('RepositorySynced', { registry, repository: scene.repository, ...(correlationId && { correlationId }) })

/** The bodies that the queue holds. */
async function received(queueUrl: string | undefined): Promise<unknown[]> {
  const answer = await new SQSClient().send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 5,
      VisibilityTimeout: 0,
    }),
  )
  return (answer.Messages ?? []).map(({ Body }) => JSON.parse(Body ?? ''))
}

/** As a Function URL calls; the body in Base64, as it does with all that is no text. */
function posted(path: string, authorization: string, payload: unknown): APIGatewayProxyEventV2 {
  const http = { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '198.51.100.1', userAgent: 'registry' }
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { authorization, 'content-type': 'application/json' },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'url-id',
      domainName: 'url-id.lambda-url.eu-west-1.on.aws',
      domainPrefix: 'url-id',
      http,
      requestId: 'request-of-the-url',
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 1767225600000,
    },
    body: Buffer.from(JSON.stringify(payload)).toString('base64'),
    isBase64Encoded: true,
  }
}

const pushOf = (repository: string) => ({
  events: [
    {
      action: 'push',
      target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', repository, tag: 'v1' },
    },
  ],
})

describe('webhook', () => {
  it('answers a push, and names its own request in the hint and in the log', async () => {
    const context = invocationContext('webhook')
    const event = posted('/webhook/distribution', `Bearer ${running.world.webhookSecret}`, pushOf('team/hinted'))

    const answer = await running.handlers.webhook(event, context)

    const correlationId = context.awsRequestId
    expect(answer).toMatchObject({ statusCode: 202, body: '{"message":"1 hint"}' })
    expect(await received(process.env[environmentNames.syncQueue]?.replace(/sync\.fifo$/, 'hints.fifo'))).toMatchObject(
      [{ 'detail-type': 'ImagePushed', detail: { registry, repository: 'team/hinted', tag: 'v1', correlationId } }],
    )
    expect(running.takeLog('webhook')).toMatchObject([
      {
        service: 'webhook',
        statusCode: 202,
        correlation_id: correlationId,
        function_request_id: correlationId,
        function_version: '$LATEST',
        cold_start: true,
      },
    ])
  })

  it('says nothing of the secret that was presented, neither to the caller nor in the log', async () => {
    const event = posted('/webhook/distribution', 'Bearer guessed-by-somebody', pushOf('team/hinted'))

    const answer = await running.handlers.webhook(event, invocationContext('webhook'))

    expect(answer).toMatchObject({ statusCode: 401 })
    const log = running.takeLog('webhook')
    expect(log).toMatchObject([{ statusCode: 401, cold_start: false }])
    expect(JSON.stringify([answer, log])).not.toContain('guessed-by-somebody')
  })

  it.each([
    ['the address of a sender', '/webhook/quay/', 401],
    ['an address that is mistyped', '/webhooks/quay/', 404],
    ['the address of a sender that has none there', '/webhook/harbor/', 404],
  ])('logs nothing of a secret in %s', async (_, path, statusCode) => {
    const event = posted(`${path}${'5ecr37'.repeat(8)}`, '', {})

    const answer = await running.handlers.webhook(event, invocationContext('webhook'))

    expect(answer).toMatchObject({ statusCode })
    expect(JSON.stringify([answer, running.takeLog('webhook')])).not.toContain('5ecr37')
  })

  it('logs no more than the beginning of a path, and once', async () => {
    const event = posted('/long'.repeat(25_000), 'Bearer wrong', {})

    const answer = await running.handlers.webhook(event, invocationContext('webhook'))

    expect(answer).toMatchObject({ statusCode: 404 })
    expect(JSON.stringify([answer, running.takeLog('webhook')]).split('long')).toHaveLength(41)
  })
})

describe('sync', () => {
  it('drops bad messages beside a good one, and gives back the one alone that failed', async () => {
    const good = await newScene(running.world, 'good')
    await push(good, { tag: 'v1' })
    // No table has a key of this length, so that the call fails whatever it is of.
    const tooLong = 'h'.repeat(3000)
    const whose = { registry: tooLong, repository: 'team/app', credential: 'anonymous' }
    const failing = envelope('SyncRequested', { ...whose, timeoutMs: 5000, trigger: 'Initial', attempt: 'lost' })

    const bodies = ['no JSON', '{}', failing, requestOf(good, 'attempt-1')]
    const { failed } = await deliver('sync', running.handlers.sync, bodies)

    expect(failed).toEqual(['message-2'])
    const log = running.takeLog('sync')
    const dropped = { level: 'WARN', message: 'message dropped: it can never succeed' }
    expect(log).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ ...dropped, message_id: 'message-0' }),
        expect.objectContaining({ ...dropped, message_id: 'message-1' }),
        expect.objectContaining({
          level: 'ERROR',
          message: 'message goes back to the queue',
          message_id: 'message-2',
          repository: `${tooLong}/team/app`,
          correlation_id: 'lost',
        }),
        expect.objectContaining({
          message: 'synced',
          message_id: 'message-3',
          repository: `${registry}/${good.repository}`,
          correlation_id: 'attempt-1',
        }),
      ]),
    )
  })

  it('F39 ends with a repository whose record cannot be read, and says which, for the alarm', async () => {
    const broken = `${registry}/team/broken`
    const table = DynamoDBDocumentClient.from(new DynamoDBClient())
    const TableName = process.env[environmentNames.table]
    await table.send(new PutCommand({ TableName, Item: { ...syncKey(broken, 'anonymous'), number: 'not a number' } }))
    const hint = envelope('ImagePushed', { registry, repository: 'team/broken', tag: 'v1', correlationId: 'hint' })

    const { failed } = await deliver('sync', running.handlers.sync, [hint])

    expect(failed).toEqual([])
    expect(running.takeLog('sync')).toMatchObject([
      {
        level: 'ERROR',
        message: 'record cannot be read: what it is of is left alone',
        key: `REPO#${broken} SYNC#anonymous`,
        error: { name: 'UnreadableRecordError' },
      },
      { level: 'INFO', message: 'failed', correlation_id: 'hint' },
    ])
  })

  it('takes the key of an event without one from the event itself, as those of ECR and of old webhooks are', async () => {
    const ecr = JSON.stringify({
      version: '0',
      id: 'event-of-ecr',
      'detail-type': 'ECR Image Action',
      source: 'aws.ecr',
      account: '123456789012',
      time: '2026-01-01T00:00:00Z',
      region: 'eu-west-1',
      resources: [],
      detail: { 'action-type': 'PUSH', result: 'SUCCESS', 'repository-name': 'team/app', 'image-tag': 'v1' },
    })
    const old = envelope('ImagePushed', { registry, repository: 'team/untracked' }, 'event-of-old')

    const { failed } = await deliver('sync', running.handlers.sync, [ecr, old])

    // What nothing tracks is summed up in the log: the first of them tells, with its key.
    const keys = running.takeLog('sync').map(line => line.correlation_id)
    expect(failed).toEqual([])
    expect(['event-of-ecr', 'event-of-old'].filter(key => keys.includes(key))).toHaveLength(1)
  })
})

describe('reconcile', () => {
  it('drops bad messages beside a good one, whose objects show the sync', async () => {
    const scene = await newScene(running.world, 'shown')
    await push(scene, { tag: 'v1' })
    await track(scene, 'v1')
    // Events are told where a run of the schedule met an object.
    await running.handlers.reconcile(scheduled, invocationContext('reconcile'))
    expect(running.takeLog('reconcile')).toMatchObject([
      { service: 'reconcile', message: 'table migrated', version: 1 },
      { service: 'reconcile', message: 'reconcile' },
    ])
    const { metadata } = await read(scene, 'Repository', 'v1')
    const asker = { uid: metadata?.uid ?? '', repository: `${registry}/${scene.repository}`, credential }
    const asks = [askOf({ ...asker, requests: undefined, generation: metadata?.generation ?? 0 })]
    await deliver('sync', running.handlers.sync, [requestOf(scene, 'attempt-1', asks)])

    const bodies = ['no JSON', envelope('ImagePushed', {}), syncedOf(scene, 'a-push'), syncedOf(scene)]
    const { failed, context } = await deliver('reconcile', running.handlers.reconcile, bodies)

    expect(failed).toEqual([])
    expect((await read(scene, 'Repository', 'v1')).status).toMatchObject({ syncStatus: 'Success' })
    const log = running.takeLog('reconcile')
    const dropped = log.filter(line => line.message === 'message dropped: it can never succeed')
    expect(dropped.map(line => line.message_id)).toEqual(['message-0', 'message-1'])
    expect(log).toContainEqual(
      expect.objectContaining({
        message: 'reconcile',
        message_id: 'message-2',
        function_request_id: context.awsRequestId,
        correlation_id: 'a-push',
        repository: `${registry}/${scene.repository}`,
      }),
    )
  })

  it('asks by its schedule for the syncs that are due', async () => {
    const scene = await newScene(running.world, 'due')
    await push(scene, { tag: 'v1' })
    await track(scene, 'v1')

    const answer = await running.handlers.reconcile(scheduled, invocationContext('reconcile'))

    expect(answer).toBeUndefined()
    expect(running.takeLog('reconcile')).toMatchObject([{ service: 'reconcile', message: 'reconcile' }])
    const requests = await received(process.env[environmentNames.syncQueue])
    expect(requests).toContainEqual(
      expect.objectContaining({
        'detail-type': 'SyncRequested',
        detail: expect.objectContaining({ repository: scene.repository }),
      }),
    )
  })
})

it.each(['inventory', 'sweep-plan', 'audit-export'] as const)('%s runs by its schedule', async name => {
  await expect(running.handlers[name](scheduled, invocationContext(name))).resolves.toBeUndefined()
  expect(running.takeLog(name).filter(({ level }) => level === 'WARN' || level === 'ERROR')).toEqual([])
})

it('sweep-execute drops a bad message and names the run of a good one', async () => {
  const request = { cluster: 'gone', namespace: 'a', policy: 'p', runId: 'run-7', registry, repository: 'a/b' }
  const bodies = ['{"cluster":"gone"}', JSON.stringify({ ...request, attempt: '1' })]

  const { failed } = await deliver('sweep-execute', running.handlers['sweep-execute'], bodies)

  expect(failed).toEqual([])
  const run = { run: 'gone/a/p/run-7', repository: `${registry}/a/b` }
  expect(running.takeLog('sweep-execute')).toMatchObject(
    expect.arrayContaining([
      expect.objectContaining({ level: 'WARN', message_id: 'message-0' }),
      expect.objectContaining({ level: 'INFO', message: 'swept', message_id: 'message-1', ...run }),
    ]),
  )
})

it('invocations side by side keep their requests apart', async () => {
  const contexts = Array.from({ length: 5 }, () => invocationContext('inventory'))

  await Promise.all(contexts.map(context => running.handlers.inventory(scheduled, context)))

  const told = running.takeLog('inventory').map(line => line.function_request_id)
  expect(told.sort()).toEqual(contexts.map(context => context.awsRequestId).sort())
})

it('a failed invocation is logged with its request, and fails', async () => {
  const context = invocationContext('reconcile')
  const event = { Records: 'no list' }

  // biome-ignore lint/suspicious/noExplicitAny: nothing but a caller without types sends this
  const failing = running.handlers.reconcile(event as any, context)

  await expect(failing).rejects.toThrow()
  expect(running.takeLog('reconcile')).toMatchObject([
    { level: 'ERROR', message: 'invocation failed', function_request_id: context.awsRequestId },
  ])
})

describe('metrics', () => {
  it('answers a scrape after the runs that measured, with the secret of the installation', async () => {
    await running.handlers.reconcile(scheduled, invocationContext('reconcile'))
    await running.handlers.inventory(scheduled, invocationContext('inventory'))
    const secret = readFileSync(running.host.metricsSecretFile, 'utf8').trim()
    const scrape = (authorization: string) => {
      const requestContext = { http: { method: 'GET', path: '/metrics' } }
      const event = { headers: { authorization }, requestContext } as unknown as APIGatewayProxyEventV2
      return running.handlers.metrics(event, invocationContext('metrics'))
    }

    const [answer, refused] = [await scrape(`Bearer ${secret}`), await scrape('Bearer guessed-by-somebody')]

    const families = readOpenMetrics(String(answer.body))
    expect(answer.headers?.['content-type']).toMatch(/^application\/openmetrics-text/)
    expect(families.get('shelflife_inventory_complete')?.samples.map(({ value }) => value)).toEqual([1])
    expect(families.get('shelflife_queue_messages')?.samples).toHaveLength(8)
    expect(families.has('shelflife_images')).toBe(true)
    expect(refused.statusCode).toBe(401)
    expect(JSON.stringify([refused, running.takeLog('metrics')])).not.toContain('guessed-by-somebody')
  })
})
