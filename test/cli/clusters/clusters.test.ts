import { afterEach, describe, expect, it, vi } from 'vitest'
import { findEksClusters } from '../../../cli/clusters/find-eks-clusters.ts'
import { settingsLines } from '../../../cli/clusters/settings-lines.ts'
import { parseSettings, type SettingsInput } from '../../../shared/settings.ts'
import { startScriptedServer } from '../../shared/adapters/http/scripted-server.ts'
import { failureOf } from '../../support/failure-of.ts'

const described: Readonly<Record<string, object>> = {
  Prod_Blue: { status: 'ACTIVE', tags: { team: 'shop', env: 'prod' } },
  inside: {
    status: 'CREATING',
    tags: { team: 'shop' },
    resourcesVpcConfig: { endpointPublicAccess: false },
    accessConfig: { authenticationMode: 'CONFIG_MAP' },
  },
  other: { status: 'ACTIVE', tags: { team: 'search' } },
}

/** EKS of one account, whose list has two pages and is the same in each region. */
async function startEks() {
  const signed: string[] = []
  const aws = await startScriptedServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://eks')
    const [, , region = ''] = /Credential=([^/]+)\/\d+\/([^/]+)/.exec(request.headers.authorization ?? '') ?? []
    signed.push(region)
    const name = pathname.split('/')[2]
    const [first = '', ...others] = Object.keys(described)
    const page = searchParams.get('nextToken') ? { clusters: others } : { clusters: [first], nextToken: 'more' }
    const isRefused = region === 'us-east-1'
    if (isRefused) response.setHeader('x-amzn-errortype', 'AccessDeniedException')
    response.writeHead(isRefused ? 403 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isRefused ? {} : name ? { cluster: described[name] } : page))
  })
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url)
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'KEY')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  return signed
}
afterEach(() => void vi.unstubAllEnvs())

const known = (clusters: SettingsInput['clusters']) => parseSettings({ clusters }).clusters

describe('the clusters of EKS', () => {
  it('with a tag are those of all pages that have it', async () => {
    await startEks()

    const found = await findEksClusters({ tags: [['team', 'shop']], regions: [] })

    expect(found.map(one => one.clusterName)).toEqual(['inside', 'Prod_Blue'])
  })

  it('of several regions are asked for in each, and one that refuses is no region without clusters', async () => {
    const signed = await startEks()

    const found = await findEksClusters({ tags: [], regions: ['eu-west-1', 'eu-north-1'] })
    const failure = await failureOf(findEksClusters({ tags: [], regions: ['eu-west-1', 'us-east-1'] }))

    expect(found).toHaveLength(6)
    expect(new Set(signed)).toEqual(new Set(['eu-west-1', 'eu-north-1', 'us-east-1']))
    expect(failure).toMatchObject({
      name: 'AccessDeniedError',
      message: expect.stringMatching(/^EKS clusters of us-east-1: /),
    })
  })

  it('are printed as settings take them, with what is to be done', async () => {
    await startEks()
    const found = await findEksClusters({ tags: [['team', 'shop']], regions: [] })

    const lines = settingsLines(found, {})

    expect(lines.join('')).toBe(`// inside is CREATING: nothing is deleted until it is ACTIVE
// inside has a private endpoint alone: functions reach it from its VPC, the vpc of the configuration
// inside takes no access entries: change its authentication mode to API_AND_CONFIG_MAP
{ name: 'inside', eks: { clusterName: 'inside', region: 'eu-west-1' } },
{ name: 'prod-blue', eks: { clusterName: 'Prod_Blue', region: 'eu-west-1' } },
`)
  })

  it('that the settings have are not printed again, and one that was not found is told and stays', async () => {
    await startEks()
    const found = await findEksClusters({ tags: [['env', 'prod']], regions: [] })
    const clusters = known([
      { name: 'blue', eks: { clusterName: 'Prod_Blue' } },
      { name: 'green', eks: { clusterName: 'green' } },
      { name: 'onprem', kubeconfigSecret: 'kubeconfig' },
    ])

    expect(settingsLines(found, { known: clusters })).toEqual([
      '// Prod_Blue in eu-west-1 is in the settings as blue\n',
      '// green is in the settings and was not found here; it stays until somebody takes it out\n',
    ])
  })

  describe('of one name in two regions', () => {
    const inBoth = async () => {
      await startEks()
      return findEksClusters({ tags: [['env', 'prod']], regions: ['eu-west-1', 'eu-north-1'] })
    }
    const open = { name: 'blue', eks: { clusterName: 'Prod_Blue' } }
    const line = (region: string) =>
      `{ name: 'prod-blue-${region}', eks: { clusterName: 'Prod_Blue', region: '${region}' } },\n`

    it('are not both that of the settings, where it is in the region of the configuration', async () => {
      const found = await inBoth()

      const lines = settingsLines(found, { known: known([open]), region: 'eu-west-1' })

      expect(lines).toEqual([line('eu-north-1'), '// Prod_Blue in eu-west-1 is in the settings as blue\n'])
    })

    it('are printed both, where the settings and the configuration name no region', async () => {
      const found = await inBoth()

      const lines = settingsLines(found, { known: known([open]) })

      const note = '// blue: the settings name no region: one of these is theirs\n'
      expect(lines).toEqual([note, line('eu-north-1'), note, line('eu-west-1')])
    })

    it('are both known, where the settings name the region of one', async () => {
      const found = await inBoth()
      const clusters = known([{ name: 'north', eks: { clusterName: 'Prod_Blue', region: 'eu-north-1' } }, open])

      expect(settingsLines(found, { known: clusters })).toEqual([
        '// Prod_Blue in eu-north-1 is in the settings as north\n',
        '// Prod_Blue in eu-west-1 is in the settings as blue\n',
      ])
    })

    it('do not hide that the one of the settings was not found in its region', async () => {
      const found = await inBoth()

      const lines = settingsLines(found, { known: known([open]), region: 'us-west-2' })

      expect(lines.at(-1)).toMatch(/^\/\/ blue is in the settings and was not found here/)
    })
  })

  it('of one name in two regions get names of their own', async () => {
    await startEks()
    const found = await findEksClusters({ tags: [['env', 'prod']], regions: ['eu-west-1', 'eu-north-1'] })
    const roleArn = 'arn:aws:iam::210987654321:role/there'

    const clusters = settingsLines(found, { roleArn }).join('')

    expect(clusters).toContain(
      `{ name: 'prod-blue-eu-north-1', eks: { clusterName: 'Prod_Blue', region: 'eu-north-1', roleArn: '${roleArn}' } }`,
    )
    expect(clusters).toContain("name: 'prod-blue-eu-west-1'")
  })
})
