import { describe, expect, it, vi } from 'vitest'
import { placeholderOf } from '../../../../shared/adapters/aws-workloads/image-names.ts'
import { findReferred } from '../../../../shared/domain/image-name.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { digestOf } from '../../../support/records.ts'
import { useFakeAwsCredentials } from '../registry/ecr/fake-ecr.ts'
import { container } from './fake-agent-core.ts'
import { app, startListedAccount } from './listed-account.ts'

useFakeAwsCredentials()

const services = ['emr-serverless' as const, 'bedrock-agentcore' as const]

const start = (region = 'eu-west-1') => startListedAccount({ region, services })

const image = (tag: string, digest?: string) => ({
  imageUri: `${app}:${tag}`,
  ...(digest && { resolvedImageDigest: digestOf(digest) }),
})
const withImage = (tag: string, digest?: string) => ({ imageConfiguration: image(tag, digest) })

describe('EMR Serverless', () => {
  it('uses the image of every application that is there, for all workers and for one type of them', async () => {
    const { aws, listed } = await start()
    aws.emrServerless.application('etl', withImage('v1', 'one'))
    aws.emrServerless.application('idle', withImage('v2'), 'STOPPED')
    aws.emrServerless.application('plain')
    aws.emrServerless.application('split', {
      workerTypeSpecifications: {
        Driver: { imageConfiguration: image('driver') },
        Executor: { imageConfiguration: image('executor') },
      },
    })
    aws.emrServerless.application('gone', withImage('v3'), 'TERMINATED')

    expect(await listed()).toEqual([
      `EmrServerlessApplication etl app:v1@${digestOf('one')}`,
      'EmrServerlessApplication idle app:v2',
      'EmrServerlessApplication split app:driver',
      'EmrServerlessApplication split app:executor',
    ])
  })

  it('uses what runs go on with that have not ended, when their application has another by now', async () => {
    const { aws, listed } = await start()
    aws.emrServerless.application('etl', withImage('v2'))
    const unfinished = ['SUBMITTED', 'QUEUED', 'PENDING', 'SCHEDULED', 'RUNNING', 'CANCELLING']
    for (const state of [...unfinished, 'SUCCESS', 'FAILED', 'CANCELLED'])
      aws.emrServerless.run('etl', state, state, withImage('v1', state))

    expect(await listed()).toEqual([
      'EmrServerlessApplication etl app:v2',
      ...unfinished.map(state => `EmrServerlessJobRun ${state} app:v1@${digestOf(state)}`).sort(),
    ])
  })

  it('is asked once for a run that goes on, and again for its next attempt', async () => {
    const { aws, listed } = await start()
    aws.emrServerless.application('etl', withImage('v2'))
    aws.emrServerless.run('etl', 'stream', 'RUNNING', withImage('v1', 'one'))
    await listed()
    await listed()

    aws.emrServerless.run('etl', 'stream', 'RUNNING', withImage('v1', 'two'), 2)

    expect(await listed()).toContain(`EmrServerlessJobRun stream app:v1@${digestOf('two')}`)
    expect(aws.count('GetJobRun')).toBe(2)
  })

  it.each([
    ['runs without its digest', 'RUNNING', withImage('v1')],
    ['waits, and tells no image', 'SCHEDULED', {}],
  ])('is asked again for a run that %s', async (_, state, configured) => {
    const { aws, listed } = await start()
    aws.emrServerless.application('etl', withImage('v2'))
    aws.emrServerless.run('etl', 'stream', state, configured)
    await listed()

    aws.emrServerless.run('etl', 'stream', 'RUNNING', withImage('v1', 'one'))

    expect(await listed()).toContain(`EmrServerlessJobRun stream app:v1@${digestOf('one')}`)
  })

  it('is not asked for runs of what is not started, since it answers one such call a second', async () => {
    const { aws, listed } = await start()
    for (const state of ['CREATING', 'CREATED', 'STOPPED', 'TERMINATED'])
      aws.emrServerless.application(state, withImage(state), state)

    expect(await listed()).toHaveLength(3)
    expect(aws.count('ListJobRuns')).toBe(0)
  })

  it('uses what a run began with while its application got another', async () => {
    const { aws, listed } = await start()
    aws.emrServerless.application('etl', withImage('v1'))
    aws.answer = ({ operation }) => {
      if (operation !== 'GetApplication') return undefined
      aws.emrServerless.run('etl', 'late', 'RUNNING', withImage('v1', 'one'))
      aws.emrServerless.application('etl', withImage('v2'))
      return undefined
    }

    expect(await listed()).toEqual([
      'EmrServerlessApplication etl app:v2',
      `EmrServerlessJobRun late app:v1@${digestOf('one')}`,
    ])
  })

  it('is asked once for runs of an application that has no image of its own, and again once it is changed', async () => {
    const { aws, listed } = await start()
    aws.emrServerless.application('plain')
    aws.emrServerless.run('plain', 'own', 'RUNNING')
    await listed()
    await listed()
    const before = aws.count('ListJobRuns')

    aws.emrServerless.application('plain', withImage('v1'))
    aws.emrServerless.run('plain', 'next', 'RUNNING', withImage('v1', 'one'))
    await listed()
    aws.emrServerless.application('plain')

    expect(await listed()).toEqual([`EmrServerlessJobRun next app:v1@${digestOf('one')}`])
    expect([before, aws.count('ListJobRuns')]).toEqual([1, 3])
  })

  it.each([
    ['has not ended that began with one', 'RUNNING', withImage('v1', 'one')],
    ['waits, and tells no image', 'SCHEDULED', {}],
  ])('is asked again for runs of an application without an image while one %s', async (_, state, configured) => {
    const { aws, listed } = await start()
    aws.emrServerless.application('plain')
    aws.emrServerless.run('plain', 'earlier', state, configured)
    await listed()

    aws.emrServerless.run('plain', 'earlier', 'RUNNING', withImage('v1', 'one'))

    expect(await listed()).toEqual([`EmrServerlessJobRun earlier app:v1@${digestOf('one')}`])
  })

  it.each(['SUBMITTED', 'STARTING', 'STARTED', 'IDLE', 'BUSY', 'TERMINATING'])(
    'may use any image of the repository while a session is %s, which tells none',
    async state => {
      const { aws, listed } = await start()
      const interactiveConfiguration = { sessionEnabled: true }
      aws.emrServerless.application('notebook', { ...withImage('v2', 'two'), interactiveConfiguration })
      aws.emrServerless.application('ended', { ...withImage('v3'), interactiveConfiguration })
      aws.emrServerless.application('jobs', withImage('v4'))
      aws.emrServerless.session('notebook', 'open', state)
      aws.emrServerless.session('ended', 'over', 'TERMINATED')
      aws.emrServerless.session('ended', 'broken', 'FAILED')

      const used = await listed()

      expect(used.filter(text => text.includes('notebook'))).toEqual([
        `EmrServerlessApplication notebook app:${placeholderOf('session')}`,
        `EmrServerlessApplication notebook app:v2@${digestOf('two')}`,
      ])
      expect(used).toHaveLength(4)
      expect(used.map(text => findReferred(text.split(' ').at(-1) ?? ''))).not.toContain(undefined)
    },
  )

  it('uses nothing of applications and runs that are gone since they were listed', async () => {
    const { aws, listed } = await start()
    for (const name of ['a', 'b', 'c']) aws.emrServerless.application(name, withImage(name))
    aws.emrServerless.run('b', 'short', 'RUNNING', withImage('run'))
    aws.answer = ({ operation, input }) => {
      if (operation === 'GetJobRun') aws.emrServerless.end('short')
      return input.applicationId === 'a' ? { status: 404, error: 'ResourceNotFoundException' } : undefined
    }

    expect(await listed()).toEqual(['EmrServerlessApplication b app:b', 'EmrServerlessApplication c app:c'])
  })
})

describe('AgentCore', () => {
  it('uses the newest version of a runtime and those of its endpoints, and keeps the others to roll back to', async () => {
    const { aws, listed } = await start()
    for (const version of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
      aws.agentCore.deploy('agent', container(`${app}:v${version}`))
    aws.agentCore.point('agent', 'prod', '4')
    aws.agentCore.point('agent', 'stage', '5', '6')

    const used = (await listed()).filter(text => !text.endsWith(' (rollback)'))

    expect(used).toEqual(['10', '4', '5', '6'].map(version => `AgentRuntime agent:${version} app:v${version}`))
    expect(await listed()).toHaveLength(10)
  })

  it('uses the image of every runtime, of all pages, and none of one that is deployed as code', async () => {
    const { aws, listed } = await start()
    for (const name of ['a', 'b', 'c']) aws.agentCore.deploy(name, container(`${app}:${name}`))
    aws.agentCore.deploy('script', { codeConfiguration: { runtime: 'PYTHON_3_13', entryPoint: ['main.py'] } })

    expect(await listed()).toEqual(['a', 'b', 'c'].map(name => `AgentRuntime ${name}:1 app:${name}`))
  })

  it('is asked once for a version, which never changes', async () => {
    const { aws, listed } = await start()
    aws.agentCore.deploy('agent', container(`${app}:v1`))
    await listed()

    aws.agentCore.deploy('agent', container(`${app}:v2`))

    expect(await listed()).toEqual(['AgentRuntime agent:1 app:v1 (rollback)', 'AgentRuntime agent:2 app:v2'])
    expect(aws.count('GetAgentRuntime')).toBe(2)
  })

  it('is asked for the versions of a runtime once for each change of it, and for its endpoints each time', async () => {
    const { aws, listed } = await start()
    aws.agentCore.deploy('agent', container(`${app}:v1`))
    await listed()
    aws.agentCore.point('agent', 'prod', '1')
    await listed()
    const before = aws.count('ListAgentRuntimeVersions')

    aws.agentCore.deploy('agent', container(`${app}:v2`))

    expect(await listed()).toEqual(['AgentRuntime agent:1 app:v1', 'AgentRuntime agent:2 app:v2'])
    expect([before, aws.count('ListAgentRuntimeVersions'), aws.count('ListAgentRuntimeEndpoints')]).toEqual([1, 2, 3])
  })

  it('is asked again for the versions of a runtime that were not found yet', async () => {
    const { aws, listed } = await start()
    aws.agentCore.deploy('agent', container(`${app}:v1`))
    aws.agentCore.deploy('agent', container(`${app}:v2`))
    aws.answer = ({ operation }) =>
      operation === 'ListAgentRuntimeVersions' ? { status: 404, error: 'ResourceNotFoundException' } : undefined
    await listed()
    aws.answer = () => undefined

    expect(await listed()).toContain('AgentRuntime agent:1 app:v1 (rollback)')
  })

  it('uses a version that an endpoint goes to while its runtime is listed', async () => {
    const { aws, listed } = await start()
    aws.agentCore.deploy('agent', container(`${app}:v1`))
    aws.answer = ({ operation }) => {
      if (operation === 'ListAgentRuntimeEndpoints') aws.agentCore.deploy('agent', container(`${app}:v2`))
      return undefined
    }

    expect(await listed()).toContain('AgentRuntime agent:2 app:v2')
  })

  it('uses nothing of a runtime that is gone since it was listed', async () => {
    const { aws, listed } = await start()
    aws.agentCore.deploy('gone', container(`${app}:v1`))
    aws.answer = ({ input }) => (input.agentRuntimeId ? { status: 404, error: 'ResourceNotFoundException' } : undefined)

    expect(await listed()).toEqual([])
  })

  it('is not known where it deploys by what is neither an image nor code', async () => {
    const { aws, source } = await start()
    aws.agentCore.deploy('agent', { wasmConfiguration: { module: 'main.wasm' } })

    expect(await failureOf(source.listWorkloads())).toMatchObject({
      name: 'InvalidInputError',
      message:
        'Bedrock AgentCore GetAgentRuntime in eu-west-1: expected agent as an image or code, got wasmConfiguration',
    })
  })
})

describe('a listing', () => {
  it.each([
    ['takes AgentCore for absent', 'eu-central-2', 'BEDROCK_AGENTCORE_CONTROL', []],
    ['does not take AgentCore for absent', 'eu-west-1', 'BEDROCK_AGENTCORE_CONTROL', 'UnavailableError'],
    ['takes EMR Serverless for absent', 'cn-northwest-1', 'EMR_SERVERLESS', []],
    ['does not take EMR Serverless for absent', 'eu-central-2', 'EMR_SERVERLESS', 'UnavailableError'],
  ])('%s in %s where nobody knows its host', async (_, region, service, expected) => {
    const { source } = await start(region)
    vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, 'http://no-such-service.invalid')

    const result = await source.listWorkloads().catch((error: Error) => error.name)

    expect(result).toEqual(expected)
  })
})
