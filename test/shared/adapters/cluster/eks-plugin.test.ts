import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { findEksPlugin } from '../../../../shared/adapters/cluster/eks-plugin.ts'
import { createKubernetesCluster } from '../../../../shared/adapters/cluster/kubernetes-cluster.ts'
import { setOwnAwsAside } from '../../../../shared/own-aws.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { account, type FakeEks, roleArn, startFakeEks } from './fake-eks.ts'
import { answerJson } from './scripted-api.ts'
import { wireObject } from './scripted-cluster.ts'

const getToken = ['eks', 'get-token', '--cluster-name', 'prod', '--output', 'json']
const variable = (name: string, value: string) => ({ name, value })

describe('what a plugin asks of EKS', () => {
  it.each([
    ['aws', ['--region', 'eu-west-1', ...getToken], [], { clusterName: 'prod', region: 'eu-west-1' }],
    ['/usr/local/bin/aws', [...getToken, '--role-arn', 'r'], null, { clusterName: 'prod', roleArn: 'r' }],
    [
      'aws',
      [...getToken, '--role-arn=r', '--profile=team'],
      [],
      { clusterName: 'prod', roleArn: 'r', profile: 'team' },
    ],
    ['aws', getToken, [variable('AWS_PROFILE', 'team')], { clusterName: 'prod', profile: 'team' }],
    ['C:\\aws\\aws.exe', getToken, [variable('AWS_DEFAULT_REGION', 'eu-west-1')], { region: 'eu-west-1' }],
    ['aws', ['eks', 'get-token', '--cluster-id', 'an-id'], [variable('TERM', 'dumb')], { clusterName: 'an-id' }],
    ['aws-iam-authenticator', ['token', '-i', 'prod', '-r', 'r'], [], { clusterName: 'prod', roleArn: 'r' }],
    ['aws-iam-authenticator', ['token', '--cluster-id', 'prod', '--cache'], [], { clusterName: 'prod' }],
  ])('is known of %s %j', (command, args, env, expected) => {
    expect(findEksPlugin({ command, args, env })).toMatchObject(expected)
  })

  it.each([
    ['another program', { command: 'gke-gcloud-auth-plugin', args: [] }],
    ['another command of it', { command: 'aws', args: ['sso', 'login'] }],
    ['no cluster', { command: 'aws', args: ['eks', 'get-token'] }],
    ['a flag that is not known here', { command: 'aws', args: [...getToken, '--endpoint-url', 'https://x'] }],
    ['a variable that is not known here', { command: 'aws', args: getToken, env: [variable('AWS_CONFIG_FILE', '/x')] }],
    ['an external id', { command: 'aws-iam-authenticator', args: ['token', '-i', 'prod', '-e', 'x'] }],
    ['nothing', undefined],
  ])('is left to the program for %s', (_, exec) => {
    expect(findEksPlugin(exec)).toBeUndefined()
  })
})

/** A kubeconfig as `aws eks update-kubeconfig` writes it, where no program is on the way. */
async function start() {
  const eks = await startFakeEks()
  eks.answer = (_, response) => answerJson(response, 200, wireObject('uid-1'))
  eks.entries.set(`arn:aws:iam::${account}:user/own`, ['shelflife'])
  vi.stubEnv('PATH', '/nowhere')
  const clusterOf = (exec: object) =>
    createKubernetesCluster({ name: 'eu-1', kubeconfig: kubeconfigOf(eks, exec), retryDelayMs: 1 })
  const find = async (exec: object) => (await clusterOf(exec).findObject('Repository', 'team', 'app'))?.metadata.uid
  return { eks, find }
}

const kubeconfigOf = ({ url, authority }: FakeEks, exec: object): string => {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(authority).toString('base64') }
  const name = `arn:aws:eks:eu-west-1:${account}:cluster/prod`
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster }],
    users: [{ name, user: { exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command: 'aws', ...exec } } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  })
}

function writeProfiles(profiles: Readonly<Record<string, string>>): void {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-profiles-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const text = Object.entries(profiles).map(
    ([name, id]) => `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = own\n`,
  )
  writeFileSync(join(folder, 'credentials'), text.join(''))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'))
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
}

describe('a kubeconfig of aws eks update-kubeconfig', () => {
  it('works without the program, as who the environment says', async () => {
    const { eks, find } = await start()

    expect(await find({ args: getToken })).toBe('uid-1')
    expect(eks.asked).toEqual([])
  })

  it('works as the role that it names', async () => {
    const { eks, find } = await start()

    expect(await find({ args: [...getToken, '--role-arn', roleArn('reader')] })).toBe('uid-1')
    expect(eks.asked).toEqual(['OWN AssumeRole'])
  })

  it('works as the profile that it names, before the keys of the environment', async () => {
    const { eks, find } = await start()
    writeProfiles({ team: 'TEAM' })
    eks.keys.set('TEAM', { secret: 'own', arn: `arn:aws:iam::${account}:user/own` })
    eks.keys.delete('OWN')

    expect(await find({ args: getToken, env: [variable('AWS_PROFILE', 'team')] })).toBe('uid-1')
  })

  it('is refused in words where its profile is not known', async () => {
    const { find } = await start()
    writeProfiles({})

    const failure = await failureOf(find({ args: getToken, env: [variable('AWS_PROFILE', 'team')] }))

    expect(failure).toMatchObject({
      name: 'AccessDeniedError',
      message: expect.stringMatching(/^cluster eu-1: profile team of AWS: expected credentials, found none: /),
    })
  })

  it("T8 works as a person's own key beside an embedded installation", async () => {
    const { find } = await start()
    vi.stubEnv('SHELFLIFE_OWN_AWS', undefined)
    setOwnAwsAside(false)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'LOCAL')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')

    expect(await find({ args: getToken })).toBe('uid-1')
  })
})
