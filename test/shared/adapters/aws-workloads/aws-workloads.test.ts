import { describe, expect, it, vi } from 'vitest'
import {
  type AwsWorkloadsOptions,
  createAwsWorkloads,
} from '../../../../shared/adapters/aws-workloads/aws-workloads.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { at, digestOf } from '../../../support/records.ts'
import { useFakeAwsCredentials } from '../registry/ecr/fake-ecr.ts'
import { type AwsCall, sessionKey, startFakeAws } from './fake-aws.ts'
import { deniedBySts } from './sts-answers.ts'

useFakeAwsCredentials()

const app = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app'

async function start(settings: { region?: string; roleArn?: string } = {}, options: AwsWorkloadsOptions = {}) {
  const aws = await startFakeAws()
  const create = () =>
    createAwsWorkloads({ name: 'account-prod', ...settings }, { now: () => at(0), maxAttempts: 1, ...options })
  return { aws, source: create(), create }
}

const failing =
  (operation: string, error: string, status = 400) =>
  (call: AwsCall) =>
    call.operation === operation ? { status, error } : undefined

describe('a listing of an account', () => {
  it('names account, region, function and the digest that its tag meant', async () => {
    const { aws, source } = await start()
    aws.lambda.deploy('api', `${app}:latest`, digestOf('first'))

    const [workload] = await source.listWorkloads()

    expect(workload).toEqual({
      cluster: 'account-prod',
      kind: 'LambdaFunction',
      namespace: 'eu-west-1',
      name: 'api',
      image: `${app}:latest@${digestOf('first')}`,
      lastSeenAt: at(0),
    })
  })

  it('is in the region of its settings, not in that of the process', async () => {
    const { aws, source } = await start({ region: 'us-east-1' })
    aws.lambda.deploy('api', app, digestOf('first'))

    expect(await source.listWorkloads()).toMatchObject([{ namespace: 'us-east-1' }])
  })

  it('of another account is signed by the role, which is assumed once for many calls', async () => {
    const { aws, source } = await start({ roleArn: 'arn:aws:iam::210987654321:role/list-once' })

    await source.listWorkloads()
    await source.listWorkloads()

    const signers = aws.calls.filter(call => call.operation !== 'AssumeRole').map(call => call.accessKey)
    expect(new Set(signers)).toEqual(new Set([sessionKey]))
    expect(aws.count('AssumeRole')).toBe(1)
  })

  it('whose role may not be assumed is denied, and says by whom', async () => {
    const { aws, source } = await start({ roleArn: 'arn:aws:iam::210987654321:role/list-denied' })
    aws.answer = call => (call.operation === 'AssumeRole' ? { status: 403, body: deniedBySts } : undefined)

    const failure = await failureOf(source.listWorkloads())

    const message = expect.stringContaining('STS AssumeRole arn:aws:iam::210987654321:role/list-denied')
    expect(failure).toMatchObject({ name: 'AccessDeniedError', message })
  })

  it.each([
    ['ListFunctions', 'AccessDeniedException', 403, { name: 'AccessDeniedError' }],
    ['GetFunction', 'TooManyRequestsException', 429, { name: 'UnavailableError', kind: 'rate-limited' }],
    ['GetFunction', 'ServiceException', 500, { name: 'UnavailableError', kind: 'server' }],
    ['ListClusters', 'AccessDeniedException', 400, { name: 'AccessDeniedError' }],
    ['DescribeServices', 'ServerException', 500, { name: 'UnavailableError', kind: 'server' }],
    ['ListTasks', 'ThrottlingException', 400, { name: 'UnavailableError', kind: 'rate-limited' }],
    ['DescribeServiceRevisions', 'AccessDeniedException', 400, { name: 'AccessDeniedError' }],
    ['ListTaskDefinitions', 'ThrottlingException', 400, { name: 'UnavailableError', kind: 'rate-limited' }],
    ['DescribeTaskDefinition', 'ClientException', 400, { name: 'InvalidInputError' }],
  ])('F27 is a throw and no shorter list when %s answers %s', async (operation, error, status, expected) => {
    const { aws, source } = await start()
    aws.lambda.deploy('api', app, digestOf('first'))
    aws.ecs.register('web:1', `${app}:v1`)
    aws.ecs.cluster('main').services.push({ name: 'web', definition: 'web:1', resolved: {} })
    aws.answer = failing(operation, error, status)

    const failure = await failureOf(source.listWorkloads())

    expect(failure).toMatchObject({ ...expected, message: expect.stringContaining(`${operation} in eu-west-1`) })
  })

  it('waits and asks again when it is told to slow down', async () => {
    const { aws, source } = await start({}, { maxAttempts: 8 })
    aws.lambda.deploy('api', app, digestOf('first'))
    aws.answer = call =>
      aws.count('GetFunction') === 1 ? failing('GetFunction', 'TooManyRequestsException', 429)(call) : undefined

    expect(await source.listWorkloads()).toHaveLength(1)
    expect(aws.count('GetFunction')).toBe(2)
  })

  it('that does not end in its time is a throw', async () => {
    const { aws, source } = await start({}, { timeoutMs: 200 })
    aws.answer = () => new Promise(() => undefined)

    expect(await failureOf(source.listWorkloads())).toMatchObject({ name: 'UnavailableError', kind: 'timeout' })
  })

  it('that was cut short is gone on with: what never changes is not read again', async () => {
    const { aws, source } = await start()
    for (const version of ['1', '2', '3']) aws.lambda.deploy('api', app, digestOf(version), version)
    let isFailing = true
    aws.answer = async ({ operation, input }) => {
      if (!isFailing || operation !== 'GetFunction' || input.Qualifier !== '3') return undefined
      isFailing = false
      await vi.waitUntil(() => aws.answered('GetFunction') === 2, { timeout: 5_000 })
      return { status: 500, error: 'ServiceException' }
    }

    await failureOf(source.listWorkloads())
    const workloads = await source.listWorkloads()

    const asked = aws.calls.filter(call => call.operation === 'GetFunction').map(call => call.input.Qualifier)
    expect(workloads).toHaveLength(3)
    expect(asked.sort()).toEqual(['1', '2', '3', '3'])
  })

  it('F27 makes no more calls once one has failed', async () => {
    const { aws, source } = await start()
    for (let revision = 1; revision <= 100; revision++) aws.ecs.register(`web:${revision}`, app)
    const deadline = { timeout: 5_000 }
    aws.answer = async call => {
      if (call.operation === 'ListFunctions')
        await vi.waitUntil(() => aws.count('DescribeTaskDefinition') > 0, deadline)
      if (call.operation === 'DescribeTaskDefinition')
        await vi.waitUntil(() => aws.answered('ListFunctions') > 0, deadline)
      return failing('ListFunctions', 'AccessDeniedException', 403)(call)
    }

    const failure = await failureOf(source.listWorkloads())
    await vi.waitUntil(() => aws.answered('DescribeTaskDefinition') === aws.count('DescribeTaskDefinition'), deadline)

    expect(failure).toMatchObject({ name: 'AccessDeniedError' })
    expect(aws.count('DescribeTaskDefinition')).toBeLessThan(100)
  })

  it('F21 whose page token comes back for ever is refused', async () => {
    const { aws, source } = await start()
    aws.answer = call =>
      call.operation === 'ListFunctions' ? { body: { Functions: [], NextMarker: 'again' } } : undefined

    expect(await failureOf(source.listWorkloads())).toMatchObject({ name: 'InvalidInputError' })
    expect(aws.count('ListFunctions')).toBe(2)
  })

  it('of an account with nothing is empty', async () => {
    const { source } = await start()

    expect(await source.listWorkloads()).toEqual([])
  })
})
