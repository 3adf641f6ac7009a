import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { createKubernetesCluster } from '../../../shared/adapters/cluster/kubernetes-cluster.ts'
import { failureOf } from '../../support/failure-of.ts'
import { callAws } from '../parts/aws-call.ts'
import { projectRoot } from '../parts/cache.ts'
import { type EksCluster, startEks } from '../parts/eks.ts'
import { waitForKinds } from '../parts/kinds.ts'
import { runKubectl } from '../parts/tools.ts'
import { waitUntil } from '../parts/wait-until.ts'
import { rbacFile } from './tenant-cluster.ts'

const minute = 60_000
const entries = { reader: ['shelflife'], executor: ['shelflife-executor'], viewer: ['viewers'] }
const groupsFile = join(projectRoot, 'infra/cluster/rbac-eks.yaml')
let eks: EksCluster

beforeAll(async () => {
  eks = await startEks(entries)
  for (const [name, value] of Object.entries(eks.env)) vi.stubEnv(name, value)
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) vi.stubEnv(name, undefined)
  const trust = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${eks.emulator.accountId}:root` },
    Action: 'sts:AssumeRole',
  }
  for (const RoleName of ['reader', 'executor', 'viewer', 'stranger'])
    await callAws(eks.emulator, 'iam', 'CreateRole', {
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    })
  await kubectl([
    'apply',
    '--server-side',
    '-f',
    join(projectRoot, 'infra/cluster/crds'),
    '-f',
    rbacFile,
    '-f',
    groupsFile,
  ])
  await waitForKinds(eks.cluster.kubeconfigPath)
  await kubectl(['create', 'deployment', 'app', '--image=registry.example.com/app:v1'])
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await eks?.stop()
})

async function kubectl(args: readonly string[], input?: object): Promise<void> {
  const { exitCode, stderr } = await runKubectl(eks.cluster.kubeconfigPath, args, input && stringify(input))
  if (exitCode !== 0) throw new Error(`expected kubectl ${args.join(' ')} to succeed: ${stderr}`)
}

const clusterAs = (role: string, behindMs: () => number = () => 0) =>
  createKubernetesCluster({
    name: 'real',
    eks: { clusterName: eks.clusterName, roleArns: [eks.roleArn(role)] },
    now: () => new Date(Date.now() - behindMs()),
    retryDelayMs: 1,
  })
const messageOf = async (sent: Promise<unknown>) => {
  const failure = await failureOf(sent)
  return failure instanceof Error ? `${failure.name}: ${failure.message}` : failure
}
const imagesSeenBy = async (role: string) => (await clusterAs(role).listWorkloads()).map(({ image }) => image)

async function makeRepository(name: string) {
  const spec = { tag: 'v1', repository: `team/${name}`, registryRef: { name: 'registry' } }
  await kubectl(['create', '-f', '-'], {
    apiVersion: 'image.theriseunion.io/v1alpha1',
    kind: 'Repository',
    metadata: { name, namespace: 'default' },
    spec,
  })
  const object = await clusterAs('reader').findObject('Repository', 'default', name)
  if (object === undefined) throw new Error(`expected the Repository ${name}, found none`)
  return object
}

describe('the authenticator of EKS', () => {
  it('takes the tokens of both roles, and rbac-eks.yaml lets their groups list what runs', async () => {
    const seen = [await imagesSeenBy('reader'), await imagesSeenBy('executor')]

    expect(seen[0]).toContain('registry.example.com/app:v1')
    expect(seen[1]).toEqual(seen[0])
    expect([
      await clusterAs('reader').listMissingRights('reader'),
      await clusterAs('executor').listMissingRights('executor'),
    ]).toEqual([[], []])
  })

  it('lets the executor alone delete', async () => {
    const object = await makeRepository('to-delete')

    const refused = await messageOf(clusterAs('reader').deleteObject(object))
    const deleted = await messageOf(clusterAs('executor').deleteObject(object))

    expect(refused).toMatch(/answered 403, grant the groups of its access entry the right to delete repositories/)
    expect(deleted).toBe('an answer')
    expect(await clusterAs('reader').findObject('Repository', 'default', 'to-delete')).toBeUndefined()
  })

  it('refuses a token that ended, and takes the one that is made in its place', async () => {
    const clock = { behindMs: 16 * minute }
    const cluster = clusterAs('reader', () => clock.behindMs)
    const first = await messageOf(cluster.listNamespaces())
    // By this clock the token is nine minutes old, and good for one more; in truth it ended.
    clock.behindMs = 7 * minute

    const namespaces = await cluster.listNamespaces()

    expect(first).toMatch(/answered 401, the clock here is 16 minutes behind that of the API server: set it/)
    expect(namespaces.length).toBeGreaterThan(0)
  })

  it.each([
    ['behind', 20],
    ['ahead of', -20],
  ])('refuses who is twenty minutes %s, in words', async (words, minutes) => {
    const refused = await messageOf(clusterAs('reader', () => minutes * minute).listNamespaces())

    expect(refused).toMatch(`the clock here is 20 minutes ${words} that of the API server: set it`)
  })

  it('refuses a role without an access entry, in words', async () => {
    expect(await messageOf(clusterAs('stranger').listNamespaces())).toMatch(
      `AccessDeniedError: cluster real: list namespaces: the API server answered 401, expected an access entry of cluster prod for the role stranger of account ${eks.emulator.accountId}, found none that counts`,
    )
  })

  it('lets a role in whose groups nothing binds, which is told which right is missing', async () => {
    expect(await messageOf(clusterAs('viewer').listNamespaces())).toMatch(
      /answered 403, grant the groups of its access entry the right to list namespaces, as infra\/cluster\/rbac\.yaml and rbac-eks\.yaml do/,
    )
  })

  it('refuses a token that was signed for another cluster', async () => {
    const other = createKubernetesCluster({
      name: 'real',
      kubeconfig: kubeconfigBy({
        command: 'aws',
        args: ['eks', 'get-token', '--cluster-name', 'other', '--role-arn', eks.roleArn('reader')],
      }),
    })

    expect(await messageOf(other.listNamespaces())).toMatch(/answered 401/)
  })

  it.each([
    [
      'aws eks update-kubeconfig',
      () => ({
        command: 'aws',
        args: [
          '--region',
          'us-east-1',
          'eks',
          'get-token',
          '--cluster-name',
          'prod',
          '--output',
          'json',
          '--role-arn',
          eks.roleArn('reader'),
        ],
      }),
    ],
    [
      'aws-iam-authenticator',
      () => ({ command: 'aws-iam-authenticator', args: ['token', '-i', 'prod', '-r', eks.roleArn('reader')] }),
    ],
  ])('takes what a kubeconfig of %s asks for, without that program', async (_, exec) => {
    const cluster = createKubernetesCluster({ name: 'real', kubeconfig: kubeconfigBy(exec()) })
    vi.stubEnv('PATH', '/nowhere')

    const namespaces = await cluster.listNamespaces().finally(() => vi.stubEnv('PATH', path))

    expect(namespaces.length).toBeGreaterThan(0)
  })

  it('refuses a role whose access entry was taken away, in words', async () => {
    const cluster = clusterAs('reader')
    await cluster.listNamespaces()
    eks.setEntries({ executor: entries.executor })

    const refused = await waitUntil(
      async () => {
        const message = await messageOf(cluster.listNamespaces())
        return message !== 'an answer' && message
      },
      { what: 'the access entry to be gone' },
    ).finally(() => eks.setEntries(entries))

    expect(refused).toMatch(/answered 401, expected an access entry of cluster prod for the role reader/)
  })
})

const path = process.env.PATH ?? ''

function kubeconfigBy(exec: object): string {
  const authority = readFileSync(eks.cluster.authorityPath).toString('base64')
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'it',
    clusters: [{ name: 'it', cluster: { server: eks.cluster.url, 'certificate-authority-data': authority } }],
    users: [{ name: 'it', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', ...exec } } }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
  })
}
