import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConfigInput } from '../../../infra/config.ts'
import { fromDistribution } from '../../support/webhook-fixture.ts'
import { callAws } from '../parts/aws-call.ts'
import { type AwsEmulator, startAwsEmulator } from '../parts/aws-emulator.ts'
import { deployCdk, destroyCdk } from '../parts/cdk.ts'
import { waitUntil } from '../parts/wait-until.ts'
import {
  type Address,
  type Deployed,
  deployInstallation,
  functionNames,
  grantBatches,
  webhookUrlOf,
} from './aws-world.ts'

const pipeline = 'ShelflifePipeline'
const secret = 'only-for-tests'
const vpcEndpointIds = ['vpce-0123456789abcdef0']

/** Asks the emulator for what AWS serves under that host. */
function post(
  emulator: AwsEmulator,
  address: Pick<Address, 'host' | 'pathname'>,
  authorization: string,
): Promise<number> {
  const { body } = fromDistribution('{"events":[]}')
  const { hostname, port } = new URL(emulator.endpoint)
  const path = `${address.pathname.replace(/\/$/, '')}/webhook/distribution`
  const headers = { host: address.host, authorization, 'Content-Type': 'application/json' }
  return new Promise((resolve, reject) => {
    request({ hostname, port, method: 'POST', path, headers }, answer => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .on('error', reject)
      .end(body)
  })
}

async function queueUrls(emulator: AwsEmulator): Promise<Record<'hints' | 'sync' | 'reconcile' | 'sweep', string>> {
  const { Parameter } = await callAws(emulator, 'ssm', 'GetParameter', { Name: '/shelflife/queues' })
  return JSON.parse((Parameter as { Value: string }).Value)
}

const deadLettersOf = async (emulator: AwsEmulator, queueUrl: string): Promise<string> => {
  const { Attributes } = await callAws(emulator, 'sqs', 'GetQueueAttributes', {
    QueueUrl: queueUrl,
    AttributeNames: ['RedrivePolicy'],
  })
  const { deadLetterTargetArn } = JSON.parse((Attributes as { RedrivePolicy: string }).RedrivePolicy)
  const QueueName = String(deadLetterTargetArn).split(':').at(-1)
  return String((await callAws(emulator, 'sqs', 'GetQueueUrl', { QueueName })).QueueUrl)
}

async function linesOf(emulator: AwsEmulator, log: string): Promise<string[]> {
  const { StackResources } = await callAws(emulator, 'cloudformation', 'DescribeStackResources', {
    StackName: 'ShelflifeWork',
  })
  const found = (StackResources as { LogicalResourceId: string; PhysicalResourceId: string }[]).find(one =>
    one.LogicalResourceId.startsWith(log),
  )
  const { events = [] } = await callAws(emulator, 'logs', 'FilterLogEvents', {
    logGroupName: found?.PhysicalResourceId,
  })
  return (events as { message: string }[]).map(({ message }) => message)
}

const configOf = (wayIn: ConfigInput['wayIn']): ConfigInput => ({
  wayIn,
  alarmEmail: 'platform@example.com',
  settings: {
    registries: [{ host: 'registry.example.com' }],
    webhooks: [{ provider: 'distribution', registry: 'registry.example.com', secret: 'test/webhook' }],
    metrics: { secret: 'test/metrics' },
  },
})

async function deployed(wayIn: ConfigInput['wayIn']): Promise<{ emulator: AwsEmulator; installation: Deployed }> {
  const emulator = await startAwsEmulator()
  for (const Name of ['test/webhook', 'test/metrics'])
    await callAws(emulator, 'secretsmanager', 'CreateSecret', { Name, SecretString: secret })
  const installation = await deployInstallation(emulator, configOf(wayIn))
  await grantBatches(emulator, (await functionNames(emulator))('webhook'))
  return { emulator, installation }
}

describe('a pipeline that is destroyed and deployed anew', () => {
  let emulator: AwsEmulator
  let installation: Deployed

  beforeAll(async () => {
    ;({ emulator, installation } = await deployed({ kind: 'http-api' }))
  }, 400_000)

  afterAll(async () => {
    installation?.remove()
    await emulator?.stop()
  })

  it('has the address, the work, the dead letters, the logs and the topic of before', async () => {
    const address = await webhookUrlOf(emulator)
    const own = await webhookUrlOf(emulator, 'WebhookFunctionUrl')
    expect(await post(emulator, address, `Bearer ${secret}`)).toBe(202)
    expect(await post(emulator, address, 'Bearer another')).toBe(401)
    expect(await post(emulator, own, `Bearer ${secret}`)).toBe(202)
    const isLogged = async () => (await linesOf(emulator, 'webhooklog')).some(line => line.includes('"statusCode":202'))
    await waitUntil(isLogged, { what: 'a line of the call' })
    const before = await linesOf(emulator, 'webhooklog')
    const urls = await queueUrls(emulator)
    const { Topics } = await callAws(emulator, 'sns', 'ListTopics')

    await destroyCdk(emulator, installation.assembly, [pipeline])
    const shut = await post(emulator, address, `Bearer ${secret}`)
    const message = { MessageBody: '{"n":1}', MessageGroupId: 'a', MessageDeduplicationId: 'a' }
    await callAws(emulator, 'sqs', 'SendMessage', { QueueUrl: urls.sync, ...message })
    await callAws(emulator, 'sqs', 'SendMessage', { QueueUrl: await deadLettersOf(emulator, urls.sweep), ...message })
    await deployCdk(emulator, { app: installation.assembly })
    await grantBatches(emulator, (await functionNames(emulator))('webhook'))

    expect(shut).toBe(404)
    expect((await webhookUrlOf(emulator)).href).toBe(address.href)
    expect((await webhookUrlOf(emulator, 'WebhookFunctionUrl')).href).not.toBe(own.href)
    expect(await post(emulator, address, `Bearer ${secret}`)).toBe(202)
    expect(await queueUrls(emulator)).toEqual(urls)
    expect(await linesOf(emulator, 'webhooklog')).toEqual(expect.arrayContaining(before))
    expect((await callAws(emulator, 'sns', 'ListTopics')).Topics).toEqual(Topics)
    const handled = async () => (await linesOf(emulator, 'synclog')).some(line => line.includes('message_id'))
    await waitUntil(handled, { what: 'the message that waited to be handled' })
  }, 400_000)

  it('gives dead letters back, one by one where the queue has no tasks for it', async () => {
    const { sweep, hints } = await queueUrls(emulator)
    const dead = await deadLettersOf(emulator, hints)
    const event = {
      source: 'shelflife',
      'detail-type': 'ImagePushed',
      detail: { registry: 'r.example.com', repository: 'a/b' },
    }
    const sent = { MessageBody: JSON.stringify(event), MessageGroupId: 'r', MessageDeduplicationId: 'r' }
    await callAws(emulator, 'sqs', 'SendMessage', { QueueUrl: dead, ...sent })

    const listed = await installation.shelflife(['redrive'])
    const given = await installation.shelflife(['redrive', 'hints', '--wait'])
    const after = await installation.shelflife(['redrive'])

    expect(listed.stdout, listed.stderr).toContain('ImagePushed of r.example.com/a/b')
    expect(listed.stdout).toContain('sweep: 1 dead letter')
    expect(given.stdout, given.stderr).toMatch(/^hints: 1 message given back/)
    expect(after.stdout).toContain('hints: 0 dead letters')
    expect(sweep).toContain('sweep')
  }, 120_000)
})

describe.each<[string, ConfigInput['wayIn'], object]>([
  ['a REST API', { kind: 'rest-api' }, { right: 202, wrong: 401 }],
  // The emulator keeps its resource policy: nobody here comes by an endpoint of a VPC.
  ['a private API', { kind: 'private', vpcEndpointIds }, { right: 403, wrong: 403 }],
])('%s', (_, wayIn, answers) => {
  let emulator: AwsEmulator
  let installation: Deployed

  beforeAll(async () => {
    ;({ emulator, installation } = await deployed(wayIn))
  }, 400_000)

  afterAll(async () => {
    installation?.remove()
    await emulator?.stop()
  })

  it('has an address that a new deploy of the pipeline leaves as it is', async () => {
    const address = await webhookUrlOf(emulator)

    const first = await answersAt(emulator, address)
    await destroyCdk(emulator, installation.assembly, [pipeline])
    await deployCdk(emulator, { app: installation.assembly })
    await grantBatches(emulator, (await functionNames(emulator))('webhook'))
    const second = await answersAt(emulator, address)

    expect((await webhookUrlOf(emulator)).href).toBe(address.href)
    expect(first).toEqual(answers)
    expect(second).toEqual(answers)
  }, 400_000)

  it.each([
    ['another', 401],
    [secret, 202],
  ])('has a function that reads its events: the secret %s is answered with %i', async (token, statusCode) => {
    const event = JSON.parse(readFileSync('test/fixtures/http-events/rest-api.json', 'utf8'))
    const path = '/webhook/distribution'
    const multiValueHeaders = { ...event.multiValueHeaders, Authorization: [`Bearer ${token}`] }
    const Payload = JSON.stringify({ ...event, path, multiValueHeaders })

    const FunctionName = (await functionNames(emulator))('webhook')
    const answer = await callAws(emulator, 'lambda', 'Invoke', { FunctionName, Payload })

    expect(JSON.parse(String(answer.Payload)), String(answer.Payload)).toMatchObject({ statusCode })
  })
})

/** The emulator serves REST APIs under a host of its own, and knows no VPC endpoints. */
async function answersAt(
  emulator: AwsEmulator,
  { host, pathname }: Address,
): Promise<{ right: number; wrong: number }> {
  const [id = ''] = host.replace(/-vpce-.*/, '').split('.')
  const served = { host: `${id}.execute-api.${new URL(emulator.endpoint).host}`, pathname }
  return {
    right: await post(emulator, served, `Bearer ${secret}`),
    wrong: await post(emulator, served, 'Bearer another'),
  }
}
