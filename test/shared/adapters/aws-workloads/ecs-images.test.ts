import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../support/failure-of.ts'
import { digestOf } from '../../../support/records.ts'
import { useFakeAwsCredentials } from '../registry/ecr/fake-ecr.ts'
import { app, startListedAccount } from './listed-account.ts'

useFakeAwsCredentials()

async function start() {
  const { listed, ...account } = await startListedAccount()
  return { ...account, listed: async () => (await listed()).map(text => text.replace('TaskDefinition ', '')) }
}

describe('I8 task definitions', () => {
  it('are listed whole, over all pages, the newest of a family in use and the older ones to roll back to', async () => {
    const { aws, listed } = await start()
    for (let revision = 8; revision <= 10; revision++) aws.ecs.register(`web:${revision}`, `${app}:v${revision}`)
    aws.ecs.register('job:1', `${app}:job`, `${app}:sidecar`)

    expect(await listed()).toEqual([
      'job:1 app:job',
      'job:1 app:sidecar',
      'web:10 app:v10',
      'web:8 app:v8 (rollback)',
      'web:9 app:v9 (rollback)',
    ])
  })

  it('that a service, its deployment, its task set or a task is of are in use, deregistered ones too', async () => {
    const { aws, listed } = await start()
    for (let revision = 1; revision <= 6; revision++) aws.ecs.register(`web:${revision}`, `${app}:v${revision}`)
    for (let revision = 1; revision <= 4; revision++) aws.ecs.deregister(`web:${revision}`)
    const main = aws.ecs.cluster('main')
    main.services.push({ name: 'web', definition: 'web:2', deployments: ['web:1'], taskSets: ['web:3'] })
    main.tasks.push({ id: 'one', definition: 'web:5', containers: [] })

    expect(await listed()).toEqual(['web:1 app:v1', 'web:2 app:v2', 'web:3 app:v3', 'web:5 app:v5', 'web:6 app:v6'])
  })

  it('of daemons are listed too, and none where a region knows no daemons', async () => {
    const { aws, listed } = await start()
    aws.ecs.registerDaemon('agent:1', `${app}:agent`)
    const known = await listed()
    aws.answer = ({ operation }) =>
      operation === 'ListDaemonTaskDefinitions' ? { error: 'UnsupportedFeatureException' } : undefined

    expect(known).toEqual(['daemon/agent:1 app:agent'])
    expect(await listed()).toEqual([])
  })

  it('are described once, and those that were deregistered are forgotten', async () => {
    const { aws, listed } = await start()
    for (const name of ['web:1', 'web:2', 'web:3']) aws.ecs.register(name, `${app}:v1`)
    await listed()
    await listed()
    const before = aws.count('DescribeTaskDefinition')
    aws.ecs.deregister('web:1')
    await listed()
    aws.ecs.register('web:1', `${app}:again`)

    expect(await listed()).toContain('web:1 app:again (rollback)')
    expect(before).toBe(3)
    expect(aws.count('DescribeTaskDefinition')).toBe(4)
  })
})

describe('I6 the digest that a tag meant', () => {
  it('is protected while a task runs it', async () => {
    const { aws, listed } = await start()
    aws.ecs.register('web:1', `${app}:stable`)
    const containers = [
      { image: `${app}:stable`, imageDigest: digestOf('then') },
      { image: 'public.ecr.aws/agent', imageDigest: digestOf('agent') },
      { image: `${app}@${digestOf('pinned')}`, imageDigest: digestOf('pinned') },
    ]
    for (const id of ['one', 'two', 'three'])
      aws.ecs.cluster('main').tasks.push({ id, definition: 'web:1', containers })

    expect(await listed()).toEqual([
      `web:1 app:stable`,
      `web:1 app:stable@${digestOf('then')}`,
      `web:1 app@${digestOf('pinned')}`,
      `web:1 public.ecr.aws/agent@${digestOf('agent')}`,
    ])
  })

  it('is protected while a service at zero tasks would start it, and while its deployment may go back to it', async () => {
    const { aws, listed } = await start()
    aws.ecs.register('web:1', `${app}:stable`)
    aws.ecs.register('web:2', `${app}:stable`)
    const resolved = { [`${app}:stable`]: digestOf('now') }
    const before = { definition: 'web:1', resolved: { [`${app}:stable`]: digestOf('then') } }
    aws.ecs.cluster('main').services.push({ name: 'web', definition: 'web:2', resolved, before })

    expect(await listed()).toEqual([
      'web:1 app:stable (rollback)',
      `web:1 app:stable@${digestOf('then')} (rollback)`,
      'web:2 app:stable',
      `web:2 app:stable@${digestOf('now')}`,
    ])
  })
})

describe('what goes away while it is listed', () => {
  it('is left out: a cluster, a task, a service', async () => {
    const { aws, listed } = await start()
    aws.ecs.register('web:1', `${app}:v1`)
    aws.ecs.cluster('gone')
    const main = aws.ecs.cluster('main')
    main.tasks.push({ id: 'one', definition: 'web:1', containers: [{ image: `${app}:v0` }] })
    main.services.push({ name: 'web', definition: 'web:1' })
    aws.answer = ({ operation, input }) => {
      if (String(input.cluster).endsWith('gone')) return { error: 'ClusterNotFoundException' }
      if (operation === 'DescribeTasks') main.tasks.length = 0
      if (operation === 'DescribeServices') main.services.length = 0
      return undefined
    }

    expect(await listed()).toEqual(['web:1 app:v1'])
  })

  it.each([
    ['names another reason', { tasks: [], failures: [{ arn: 'one', reason: 'ACCESS' }] }],
    ['says nothing of it', { tasks: [] }],
  ])('F27 is no reason to believe an answer that %s', async (_, body) => {
    const { aws, source } = await start()
    aws.ecs.register('web:1', `${app}:v1`)
    aws.ecs.cluster('main').tasks.push({ id: 'one', definition: 'web:1', containers: [] })
    aws.answer = ({ operation }) => (operation === 'DescribeTasks' ? { body } : undefined)

    expect(await failureOf(source.listWorkloads())).toMatchObject({ name: 'InvalidInputError' })
  })
})
