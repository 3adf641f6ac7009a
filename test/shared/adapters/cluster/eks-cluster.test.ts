import { describe, expect, it } from 'vitest'
import { connectClusters } from '../../../../shared/adapters/cluster/connect-clusters.ts'
import { createKubernetesCluster } from '../../../../shared/adapters/cluster/kubernetes-cluster.ts'
import { parseSettings } from '../../../../shared/settings.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { account, type FakeEks, roleArn, startFakeEks } from './fake-eks.ts'
import { answerJson } from './scripted-api.ts'
import { wireObject } from './scripted-cluster.ts'

const minute = 60_000
const noSecrets = { findSecret: async () => undefined }

/** A cluster of EKS that is asked as one role, with a clock that the test moves. */
async function start(roles: readonly string[] = ['reader']) {
  const eks = await startFakeEks()
  eks.answer = (_, response) => answerJson(response, 200, wireObject('uid-1'))
  const clock = { aheadMs: 0 }
  const now = () => new Date(Date.now() + clock.aheadMs)
  eks.now = now
  const cluster = createKubernetesCluster({
    name: 'eu-1',
    eks: { clusterName: 'prod', roleArns: roles.map(roleArn) },
    retryDelayMs: 1,
    timeoutMs: 2_000,
    now,
  })
  const find = async () => (await cluster.findObject('Repository', 'team', 'app'))?.metadata.uid
  return { eks, clock, cluster, find }
}
const distinctTokens = ({ tokens }: FakeEks) => new Set(tokens).size
const messageOf = async (sent: Promise<unknown>) => {
  const failure = await failureOf(sent)
  return failure instanceof Error ? `${failure.name}: ${failure.message}` : failure
}

describe('a cluster of EKS', () => {
  it('is looked up and signed for once for all calls, as the last of its roles', async () => {
    const { eks, find } = await start(['own', 'reader'])

    const found = [...(await Promise.all([find(), find()])), await find()]

    expect(found).toEqual(['uid-1', 'uid-1', 'uid-1'])
    expect(distinctTokens(eks)).toBe(1)
    expect(eks.asked.filter(call => call.endsWith('DescribeCluster'))).toEqual(['ROLE-reader DescribeCluster'])
    expect(eks.asked).toContain('ROLE-own AssumeRole')
  })

  it('is shown another token after ten minutes, before the one before ends', async () => {
    const { eks, clock, find } = await start()
    await find()

    clock.aheadMs = 11 * minute
    const found = await find()

    expect([found, distinctTokens(eks)]).toEqual(['uid-1', 2])
  })

  it('is shown another token once where it refuses one that looked good, and does a write once', async () => {
    const { eks, clock, cluster, find } = await start()
    const object = await cluster.findObject('Repository', 'team', 'app')
    clock.aheadMs = 9 * minute
    let writes = 0
    eks.answer = ({ method }, response) => {
      if (method !== 'GET') writes += 1
      answerJson(response, 200, wireObject('uid-1'))
    }
    // Both clocks differ by less than signatures may be old.
    eks.now = () => new Date(Date.now() + clock.aheadMs + 7 * minute)

    if (object) await cluster.annotate(object, { a: 'b' })
    await find()

    expect([writes, distinctTokens(eks)]).toEqual([1, 2])
  })

  it('that moved is found anew once it does not answer where it was', async () => {
    const { eks, clock, find } = await start()
    const { endpoint } = eks.description
    eks.description.endpoint = 'https://127.0.0.1:1'
    const before = await messageOf(find())

    eks.description.endpoint = endpoint
    clock.aheadMs = 2 * minute
    const found = await find()

    expect(before).toMatch(/^UnavailableError: .*127\.0\.0\.1:1: expected an answer, got ECONNREFUSED/)
    expect(found).toBe('uid-1')
  })

  it('goes on to be asked while EKS itself does not answer', async () => {
    const { eks, clock, find } = await start()
    await find()
    eks.errors.set('DescribeCluster', { name: 'ServerException', status: 500 })

    clock.aheadMs = 30 * minute

    expect(await find()).toBe('uid-1')
  })

  it('that EKS does not know is not reached, and is no cluster without workloads', async () => {
    const { eks, cluster } = await start()
    eks.errors.set('DescribeCluster', { name: 'ResourceNotFoundException', status: 404 })

    for (const list of [cluster.listWorkloads(), cluster.listNamespaces(), cluster.listObjects('Repository')])
      expect(await messageOf(list)).toMatch(
        /^UnavailableError: cluster eu-1: EKS DescribeCluster prod in eu-west-1: expected a cluster of that name/,
      )
  })

  it.each(['CREATING', 'DELETING', 'FAILED'])('that is %s is not asked', async status => {
    const { eks, find } = await start()
    eks.description.status = status

    expect(await messageOf(find())).toMatch(`expected a cluster that is ACTIVE, got ${status}`)
    expect(eks.tokens).toEqual([])
  })

  it('with a private endpoint says so where it is not reached', async () => {
    const { eks, find } = await start()
    Object.assign(eks.description, {
      endpoint: 'https://127.0.0.1:1',
      resourcesVpcConfig: { endpointPublicAccess: false },
    })

    expect(await messageOf(find())).toMatch(/got ECONNREFUSED.*; its endpoint is private: it is reached from its VPC/)
  })
})

describe('of a refusal it is said', () => {
  it('which role has no access entry', async () => {
    const { eks, find } = await start(['other'])

    expect(await messageOf(find())).toBe(
      `AccessDeniedError: cluster eu-1: read Repository team/app: the API server answered 401, expected an access entry of cluster prod for the role other of account ${account}, found none that counts`,
    )
    expect(distinctTokens(eks)).toBe(1)
  })

  it('that an access entry was taken away', async () => {
    const { eks, clock, find } = await start()
    await find()
    eks.entries.clear()
    clock.aheadMs = minute

    expect(await messageOf(find())).toMatch(/expected an access entry of cluster prod for the role reader/)
    expect(distinctTokens(eks)).toBe(2)
  })

  it('which group lacks which right', async () => {
    const { eks, find } = await start()
    for (const arn of eks.entries.keys()) eks.entries.set(arn, ['viewers'])

    expect(await messageOf(find())).toMatch(
      /answered 403, grant the groups of its access entry the right to get repositories, as infra\/cluster\/rbac\.yaml and rbac-eks\.yaml do/,
    )
  })

  it.each([
    [20, '20 minutes behind'],
    [-20, '20 minutes ahead of'],
  ])('that the clock is %i minutes off', async (minutes, words) => {
    const { eks, find } = await start()
    eks.now = () => new Date(Date.now() + minutes * minute)

    expect(await messageOf(find())).toMatch(`the clock here is ${words} that of the API server: set it`)
  })

  it.each([
    [
      'AssumeRole',
      'AccessDenied',
      /cluster eu-1: STS AssumeRole arn:aws:iam::123456789012:role\/reader: .*got AccessDenied; check the role's rights in STS/,
    ],
    [
      'AssumeRole',
      'ExpiredTokenException',
      /cluster eu-1: STS AssumeRole .*: expected credentials that are good, got expired ones; log in again/,
    ],
    [
      'DescribeCluster',
      'AccessDeniedException',
      /EKS DescribeCluster prod in eu-west-1: .*got AccessDeniedException; check the role's rights in EKS/,
    ],
    [
      'DescribeCluster',
      'ExpiredTokenException',
      /EKS DescribeCluster prod in eu-west-1: expected credentials that are good, got expired ones; log in again/,
    ],
  ])('by AWS that %s was refused with %s', async (operation, name, message) => {
    const { eks, find } = await start()
    eks.errors.set(operation, { name, status: 403 })

    expect(await messageOf(find())).toMatch(message)
  })

  it('by AWS that the credentials have ended since', async () => {
    const { eks, find } = await start(['other'])
    eks.errors.set('GetCallerIdentity', { name: 'ExpiredToken', status: 403 })

    expect(await messageOf(find())).toMatch(/answered 401, STS GetCallerIdentity: .*got expired ones; log in again/)
  })
})

describe('clusters of the settings', () => {
  const there = roleArn('there')
  const executor = roleArn('there-executor')

  it.each([
    ['reader', undefined, 'there'],
    ['executor', undefined, 'there-executor'],
    ['reader', roleArn('own'), 'there'],
  ] as const)('are asked by the %s, whose own role is %s, as the role %s', async (user, own, expected) => {
    const eks = await startFakeEks()
    const settings = parseSettings({
      clusters: [{ name: 'eu-1', eks: { clusterName: 'prod', roleArn: there, executorRoleArn: executor } }],
    })

    const [cluster] = await connectClusters(settings, noSecrets, user, undefined, undefined, own)
    await failureOf(cluster?.findObject('Repository', 'team', 'app') ?? Promise.resolve())

    expect(eks.asked).toContain(`ROLE-${expected} DescribeCluster`)
    expect(eks.asked.some(call => call === 'ROLE-own AssumeRole')).toBe(own !== undefined)
  })

  it('of which one is not reached leave the others as they are', async () => {
    const eks = await startFakeEks()
    eks.entries.set(`arn:aws:iam::${account}:user/own`, ['shelflife'])
    eks.answer = (_, response) => answerJson(response, 200, wireObject('uid-1'))
    const settings = parseSettings({
      clusters: [
        { name: 'lost', eks: { clusterName: 'prod', region: 'eu-west-1', roleArn: roleArn('nobody') } },
        { name: 'eu-1', eks: { clusterName: 'prod' } },
      ],
    })

    const clusters = await connectClusters(settings, noSecrets)
    const found = await Promise.all(clusters.map(one => messageOf(one.findObject('Repository', 'team', 'app'))))

    expect(found).toEqual([expect.stringMatching(/^AccessDeniedError: cluster lost:/), 'an answer'])
  })
})
