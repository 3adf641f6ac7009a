import { describe, expect, it } from 'vitest'
import { usageRecordsOf } from '../../shared/domain/usage-records.ts'
import {
  canonicalEcrHosts,
  canonicalHost,
  leftOutOf,
  parseSettings,
  rulebookOf,
  withoutDrained,
  workloadSourcesOf,
} from '../../shared/settings.ts'

it.each([
  ['Harbor.example.com:443', 'harbor.example.com'],
  ['harbor.example.com', 'HARBOR.example.com:443'],
  ['index.docker.io', 'docker.io'],
  ['docker.io', 'registry-1.docker.io'],
])('the registry %s is found as %s', (host, spelled) => {
  const settings = parseSettings({ registries: [{ host }] })

  expect(canonicalHost(settings, spelled)).toBe(settings.registries[0]?.host)
})

it('a registry may name its own other spellings', () => {
  const aliases = ['index.docker.io', 'registry-1.docker.io']

  const settings = parseSettings({ registries: [{ host: 'docker.io', aliases }] })

  expect(canonicalHost(settings, 'index.docker.io')).toBe('docker.io')
})

it('two registries of one host are refused, however they are spelled', () => {
  const registries = [{ host: 'harbor.example.com' }, { host: 'Harbor.example.com:443' }]

  expect(() => parseSettings({ registries })).toThrow(/expected each name once, got harbor.example.com twice/)
})

it('the host of one registry is not that of another whose endpoint it is', () => {
  const settings = parseSettings({
    registries: [
      { host: 'mirror.example.com', endpoint: 'https://harbor.example.com' },
      { host: 'harbor.example.com' },
    ],
  })

  expect(canonicalHost(settings, 'harbor.example.com')).toBe('harbor.example.com')
})

describe('one private ECR registry under several hosts', () => {
  const plain = '123456789012.dkr.ecr.us-east-1.amazonaws.com'
  const hosts = [
    plain,
    '123456789012.dkr.ecr-fips.us-east-1.amazonaws.com',
    '123456789012.dkr-ecr.us-east-1.on.aws',
    '123456789012.dkr-ecr-fips.us-east-1.on.aws',
  ]

  it.each(hosts)('is the one that the settings name as %s', host => {
    const settings = parseSettings({ registries: [{ host, provider: 'ecr' }] })

    expect(hosts.map(spelled => canonicalHost(settings, spelled))).toEqual(hosts.map(() => host))
    expect(canonicalEcrHosts(settings).get(plain) ?? plain).toBe(host)
  })

  it('is found by its alias and by its endpoint too', () => {
    const byAlias = parseSettings({ registries: [{ host: 'images.example.com', aliases: [plain] }] })
    const byEndpoint = parseSettings({ registries: [{ host: 'images.example.com', endpoint: `https://${plain}` }] })

    for (const settings of [byAlias, byEndpoint])
      expect(new Set(hosts.map(host => canonicalHost(settings, host)))).toEqual(new Set(['images.example.com']))
  })

  it.each(hosts)('is used by a Pod that names it as %s', host => {
    const rulebook = rulebookOf(parseSettings({ registries: [{ host: plain, provider: 'ecr' }] }))
    const pod = { cluster: 'eu', kind: 'Pod', namespace: 'shop', name: 'web', lastSeenAt: new Date(0) }

    const records = usageRecordsOf([{ ...pod, image: `${host}/team/app:v1` }], rulebook, new Date(0))

    expect(records).toMatchObject([{ repository: `${plain}/team/app`, image: `${plain}/team/app:v1` }])
  })

  it('is not that of another account or region', () => {
    const settings = parseSettings({ registries: [{ host: plain, provider: 'ecr' }] })
    const others = ['210987654321.dkr-ecr.us-east-1.on.aws', '123456789012.dkr-ecr.us-west-2.on.aws']

    expect(others.map(host => canonicalHost(settings, host))).toEqual(others)
  })

  it('is named once', () => {
    const registries = hosts.slice(0, 2).map(host => ({ host, provider: 'ecr' as const }))

    expect(() => parseSettings({ registries })).toThrow(`expected each name once, got ${plain} twice`)
  })
})

it('an event of a webhook counts for the registry, not for the alias that the webhook names', () => {
  const settings = parseSettings({
    registries: [{ host: 'harbor.example.com', aliases: ['harbor.internal'] }],
    webhooks: [{ provider: 'harbor', registry: 'Harbor.internal:443', secret: 'hook' }],
  })

  expect(settings.webhooks[0]?.registry).toBe('harbor.example.com')
})

it('hosts that receive credentials are taken as they are written', () => {
  const settings = parseSettings({ registries: [{ host: 'docker.io', realmHosts: ['registry-1.docker.io'] }] })

  expect(settings.registries[0]?.realmHosts).toEqual(['registry-1.docker.io'])
})

const hook = (registry: string, secret: string) => ({ provider: 'distribution' as const, registry, secret })

it('one webhook secret for two registries is refused: nothing would tell whose event it is', () => {
  const webhooks = [hook('a.example.com', 'hook'), hook('b.example.com', 'hook')]

  expect(() => parseSettings({ webhooks })).toThrow(
    /webhooks\[\]\.secret: expected a secret of its own for each registry, got hook for a.example.com and b.example.com/,
  )
})

it('two webhook secrets of one registry are taken, and one secret for two spellings of it', () => {
  const registries = [{ host: 'a.example.com', aliases: ['a.internal'] }]
  const webhooks = [hook('a.example.com', 'old'), hook('a.example.com', 'new'), hook('a.internal', 'new')]

  expect(parseSettings({ registries, webhooks }).webhooks).toHaveLength(3)
})

it.each([
  [['Team/**'], '"T" can never occur in a repository path'],
  [['team-**'], '** must stand alone between slashes'],
  [[], 'expected at least one glob'],
])('the repositories %j of a webhook are refused', (repositories, why) => {
  const webhooks = [{ ...hook('a.example.com', 'hook'), repositories }]

  expect(() => parseSettings({ webhooks })).toThrow(why)
})

it.each(['0s', '999ms', '1d', '-1h', ''])('a least grace period of %j is refused', minGracePeriod => {
  expect(() => parseSettings({ limits: { minGracePeriod } })).toThrow(/limits\.minGracePeriod: expected /)
})

it('each mistake in grants is named with its place', () => {
  const grants = [{ namespaces: ['a'], repositories: ['**'], may: ['write'] }, { namespaces: [] }] as never

  expect(() => parseSettings({ registries: [{ host: 'harbor.example.com', grants }] })).toThrow(
    /registries\[0\]\.grants\[0\]\.may\[0\]: expected one of read, delete, got "write".*grants\[1\]\.namespaces: expected /s,
  )
  expect(() => parseSettings({ registries: [{ host: 'harbor.example.com', grants: 'all' as never }] })).toThrow(
    /grants: expected a list of grants, or the word everyone, got "all"/,
  )
})

it.each([
  [
    { group: 'batch.volcano.sh', resource: 'Jobs' },
    /clusters\[0\]\.workloads\[0\]\.resource: expected the plural name/,
  ],
  [{ group: '', resource: 'podtemplates' }, /clusters\[0\]\.workloads\[0\]\.group: expected an API group/],
  [{ group: 'a/../b', resource: 'jobs' }, /clusters\[0\]\.workloads\[0\]\.group: expected an API group/],
  [{ group: 'batch.volcano.sh', kind: 'Job' }, /clusters\[0\]\.workloads\[0\]/],
])('a kind of workloads that is none is refused: %j', (workload, message) => {
  const clusters = [{ name: 'eu-1', kubeconfigSecret: 'a', workloads: [workload] }]

  expect(() => parseSettings({ clusters } as never)).toThrow(message)
})

it.each([
  [{}, /clusters\[0\]\.kubeconfigSecret: expected the name or ARN of a secret with a kubeconfig, or eks in its place/],
  [{ kubeconfigSecret: 'a', eks: { clusterName: 'a' } }, /clusters\[0\]\.eks: expected either kubeconfigSecret or eks/],
  [{ executorKubeconfigSecret: 'a', eks: { clusterName: 'a' } }, /executorKubeconfigSecret: expected none beside eks/],
  [{ eks: { clusterName: 'a/b' } }, /clusters\[0\]\.eks\.clusterName: expected the name of an EKS cluster/],
  [{ eks: { clusterName: 'a', roleArn: 'role' } }, /clusters\[0\]\.eks\.roleArn: expected the ARN of an IAM role/],
])('a cluster that is reached in no way, or in two, is refused: %j', (cluster, message) => {
  expect(() => parseSettings({ clusters: [{ name: 'eu-1', ...cluster }] })).toThrow(message)
})

describe('F43 who pulls from a registry', () => {
  const clusters = [
    { name: 'eu', kubeconfigSecret: 'eu' },
    { name: 'us', kubeconfigSecret: 'us' },
    { name: 'old', kubeconfigSecret: 'old', drained: true },
  ]
  const awsWorkloads = [{ name: 'aws-shop' }]
  const parse = (names?: readonly string[]) =>
    parseSettings({
      clusters,
      awsWorkloads,
      registries: [{ host: 'harbor.example.com', ...(names && { clusters: names }) }],
    })
  const pulling = (names?: readonly string[]) => {
    const settings = parse(names)
    const { pullsFrom } = rulebookOf(settings)
    return workloadSourcesOf(settings).filter(source => pullsFrom('harbor.example.com', source))
  }

  it('is every cluster and account that is not drained, unless it is said', () => {
    expect(pulling()).toEqual(['eu', 'us', 'aws-shop'])
    expect(pulling(['eu', 'aws-shop'])).toEqual(['eu', 'aws-shop'])
    expect(pulling(['eu', 'old'])).toEqual(['eu'])
  })

  it('names accounts of an organization that the settings name, and of no other', () => {
    const organizations = [{ name: 'org', organization: { regions: ['eu-west-1'], exclude: ['333333333333'] } }]
    const parseWith = (...names: string[]) =>
      parseSettings({ awsWorkloads: organizations, registries: [{ host: 'a.example.com', clusters: names }] })
    const { pullsFrom } = rulebookOf(parseWith('org/111111111111'))

    expect(pullsFrom('a.example.com', 'org/111111111111/eu-west-1')).toBe(true)
    expect(pullsFrom('a.example.com', 'org/222222222222/eu-west-1')).toBe(false)
    expect(leftOutOf(parseWith('org'))).toEqual(['org/333333333333/eu-west-1'])
    expect(() => parseWith('other/111111111111')).toThrow('expected names of clusters[] and awsWorkloads[] (org)')
  })

  it.each([
    [
      { host: 'harbor.example.com', provider: 'harbor', accountAliases: ['acme'] },
      'registries[0].accountAliases: expected none for harbor, whose paths begin with no alias',
    ],
    [
      {
        host: 'public.ecr.aws',
        provider: 'ecr-public',
        accountAliases: ['acme', 'a1b2c3d4'],
        grants: [{ namespaces: ['*'], repositories: ['a1b2c3d4/**'], may: ['read'] }],
      },
      'registries[0].grants[0].repositories: expected acme/**, by the first of accountAliases, got a1b2c3d4/**',
    ],
  ] as const)('refuses aliases of accounts of which nothing could come: %j', (entry, problem) => {
    expect(() => parseSettings({ registries: [entry] })).toThrow(problem)
  })

  it.each([
    ['org/*/eu-wset-1', {}, 'expected one of organization.regions (eu-west-1), got org/*/eu-wset-1'],
    [
      'org/111111111111/us-east-1',
      {},
      'expected one of organization.regions (eu-west-1), got org/111111111111/us-east-1',
    ],
    ['org/333333333333', {}, 'expected none of organization.exclude, got org/333333333333'],
    [
      'org/222222222222',
      { accounts: ['111111111111'] },
      'expected one of organization.accounts (111111111111), got org/222222222222',
    ],
  ])('is no account or region that the settings leave out, as %s', (scope, rest, problem) => {
    const organization = { regions: ['eu-west-1'], exclude: ['333333333333'], ...rest }
    const settings = {
      awsWorkloads: [{ name: 'org', organization }],
      registries: [{ host: 'a.example.com', clusters: ['org/111111111111', scope] }],
    }

    expect(() => parseSettings(settings)).toThrow(`settings: registries[0].clusters: ${problem} for a.example.com`)
  })

  it('is everybody for a host that the settings do not name', () => {
    expect(rulebookOf(parse(['eu'])).pullsFrom('other.example.com', 'us')).toBe(true)
  })

  it('names the clusters that are drained, and serves the others', () => {
    expect(rulebookOf(parse()).drained).toEqual(['old'])
    expect(withoutDrained(parse()).clusters.map(({ name }) => name)).toEqual(['eu', 'us'])
  })

  it.each([
    [
      ['eu', 'ue'],
      'settings: registries[0].clusters: expected names of clusters[] and awsWorkloads[] (eu, us, old, aws-shop), got ue for harbor.example.com',
    ],
    [
      ['old'],
      'settings: registries[0].clusters: expected one at least that is not drained, got old for harbor.example.com',
    ],
    [[], 'expected at least one name, or no list for all'],
  ])('refuses %j', (names, message) => {
    expect(() => parse(names)).toThrow(message)
  })
})

it.each([
  ['quay without a secret', { provider: 'quay' }, 'webhooks[0].secret: expected the name or ARN'],
  [
    'quay with an account',
    { provider: 'quay', secret: 'hook', serviceAccount: 'a@b.example' },
    'webhooks[0].serviceAccount: expected none for quay',
  ],
  [
    'harbor with paths',
    { provider: 'harbor', secret: 'hook', paths: { a: 'b' } },
    'webhooks[0].paths: expected none for harbor',
  ],
  [
    'google with a secret',
    { provider: 'google', secret: 'hook', serviceAccount: 'a@b.example', audience: 'x' },
    'webhooks[0].secret: expected no secret: google signs',
  ],
  [
    'google without an audience',
    { provider: 'google', serviceAccount: 'a@b.example' },
    'webhooks[0].audience: expected one',
  ],
  [
    'google with an account that is none',
    { provider: 'google', serviceAccount: 'push', audience: 'x' },
    'webhooks[0].serviceAccount: expected the e-mail address',
  ],
  [
    'nexus with a path that reaches outside',
    { provider: 'nexus', secret: 'hook', paths: { hosted: '../x' } },
    'webhooks[0].paths.hosted: expected',
  ],
  ['a sender that there is not', { provider: 'gitlab', secret: 'hook' }, 'webhooks[0].provider: expected one of distr'],
])('a webhook is refused: %s', (_, webhook, message) => {
  const webhooks = [{ registry: 'a.example.com', ...webhook }]

  expect(() => parseSettings({ webhooks })).toThrow(message)
})

it('a webhook of Google, and one of stores with paths of their own, are taken', () => {
  const registry = 'a.example.com'
  const webhooks = [
    { provider: 'google', registry, serviceAccount: 'push@p.iam.gserviceaccount.com', audience: 'x' },
    { provider: 'jfrog', registry, secret: 'hook', paths: { 'docker-local': '', other: 'docker/other' } },
  ]

  expect(parseSettings({ webhooks }).webhooks).toEqual(webhooks)
})
