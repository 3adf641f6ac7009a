import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { notesOfSynth, parseGivenSettings } from '../../../cli/embedded/given-settings.ts'
import { inClusterKubeconfigs } from '../../../cli/embedded/in-cluster.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { testFolder } from './aws/embedded-aws.ts'

const cluster = { name: 'main', kubeconfigSecret: 'in-cluster' }

async function podFolder(): Promise<string> {
  const folder = await testFolder()
  writeFileSync(join(folder, 'token'), 'of now')
  return folder
}

describe('the kubeconfigs of a Pod', () => {
  it('name the file of the token and not the token, and act as one user each', async () => {
    const folder = await podFolder()

    const { reader, executor } = inClusterKubeconfigs(folder, {
      KUBERNETES_SERVICE_HOST: 'fd00::1',
      KUBERNETES_SERVICE_PORT: '6443',
    })

    expect(reader).not.toContain('of now')
    expect(parse(reader).clusters[0].cluster.server).toBe('https://[fd00::1]:6443')
    expect([parse(reader), parse(executor)].map(one => one.users[0].user.as)).toEqual([
      'shelflife',
      'shelflife-executor',
    ])
  })

  it('are refused where this is no Pod, in words that say what is missing', async () => {
    const folder = await podFolder()
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }

    expect(() => inClusterKubeconfigs(folder, {})).toThrow(/KUBERNETES_SERVICE_HOST.*not set/)
    expect(() => inClusterKubeconfigs(join(folder, 'none'), env)).toThrow(/no such file/)
  })
})

describe('settings that are given', () => {
  it('name the cluster that the process runs in exactly once', () => {
    expect(parseGivenSettings({ clusters: [cluster] }).clusters).toHaveLength(1)
    expect(() => parseGivenSettings({})).toThrow(/kubeconfigSecret "in-cluster".*got 0/)
    expect(() => parseGivenSettings({ clusters: [cluster, { ...cluster, name: 'other' }] })).toThrow(/got 2/)
  })

  it('are those of the manifests, as they stand', () => {
    const shipped = readFileSync(new URL('../../../deploy/kubernetes/settings.json', import.meta.url), 'utf8')

    const settings = parseGivenSettings(JSON.parse(shipped))

    expect(settings.clusters).toMatchObject([{ name: 'main' }])
    expect(notesOfSynth(settings)).toEqual([])
  })

  it('tell nobody by e-mail, which needs AWS', () => {
    const topicArn = 'arn:aws:sns:eu-west-1:123456789012:images'
    const notifications = [{ kind: 'email', name: 'team', topicArn }]

    expect(() => parseGivenSettings({ clusters: [cluster], notifications })).toThrow(InvalidInputError)
  })

  it.each([
    ['a pull secret', { pullSecret: 'one' }, {}],
    ['the secret of scrapes', {}, { metrics: { secret: 'one' } }],
  ])('delete with no secret that is %s too', (_, registry, rest) => {
    const registries = [{ host: 'harbor.example.com', deleteSecret: 'one', grants: [], ...registry }]

    expect(() => parseGivenSettings({ clusters: [cluster], registries, ...rest })).toThrow(
      /^settings\.registries\[0\]\.deleteSecret: expected a secret of its own .* got one, which other functions read as/,
    )
  })

  it('say who may use a credential of the installation', () => {
    const registries = [{ host: 'harbor.example.com', pullSecret: 'reader' }]

    expect(() => parseGivenSettings({ clusters: [cluster], registries })).toThrow(
      /^settings\.registries\[0\]\.grants: expected which namespaces may read and delete .* nobody do anything$/,
    )
  })

  it('are told of with what a synth warns of, and with the labels that must be closed', () => {
    const line = (path: string) => ({
      clusters: ['main'],
      namespaces: ['*'],
      repositories: [path],
      may: ['read', 'delete'],
    })
    const grants = [line('**'), line('{label:team}/**')]
    const settings = parseGivenSettings({ clusters: [cluster], registries: [{ host: 'harbor.example.com', grants }] })

    expect(notesOfSynth(settings)).toEqual([
      expect.stringContaining('lets every namespace delete every image'),
      expect.stringContaining('kubectl create configmap shelflife-grant-labels'),
    ])
  })
})
