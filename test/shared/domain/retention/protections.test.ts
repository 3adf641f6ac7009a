import { describe, expect, it } from 'vitest'
import { growthOf } from '../../../support/growth.ts'
import { decisionOn, judged, rulesOf } from './judge-for-test.ts'
import { daysAgo, digestOf, imageOf, indexType, now, policyOf, usageOf, workloadOf } from './retention-world.ts'

const app = 'registry.example.com/app'

describe('3: what runs is kept', () => {
  const images = [imageOf('v1'), imageOf('v2'), imageOf('latest')]
  const v1 = digestOf('v1')

  it.each([
    [`${app}:v1`, ['v1']],
    [`${app}@${v1}`, ['v1']],
    [`${app}:v2@${v1}`, ['v1', 'v2']],
    [`${app}:gone@${v1}`, ['v1']],
    [v1, ['v1']],
    [`${app}@sha256:${v1.slice(7).toUpperCase()}`, ['v1']],
    [`docker-pullable://${app}@${v1}`, ['v1']],
    [app, ['latest']],
    [`${app}@sha512:${'0'.repeat(128)}`, ['latest', 'v1', 'v2']],
    ['registry.example.com/other:v1', []],
    ['registry.example.com.evil/app:v1', []],
    ['no image name at all', []],
  ])('I6 %s protects %j', (image, tags) => {
    const judgement = judged({ images, usage: usageOf(image) })

    const kept = judgement.decisions.filter(one => one.rule === 'in-use').flatMap(one => one.tags)
    expect(kept.sort()).toEqual(tags)
  })

  it('finds the repository under its other spellings', () => {
    const nginx = imageOf('1.27', { repository: 'nginx' })

    const judgement = judged({ images: [nginx], usage: usageOf('index.docker.io/library/nginx:1.27') })

    expect(judgement.decisions.map(one => [one.repository, one.rule])).toEqual([['docker.io/library/nginx', 'in-use']])
  })

  it('I8 names every workload once, in order, whatever its age', () => {
    const workloads = [
      workloadOf(`${app}:v1`, { kind: 'Deployment', name: 'web', lastSeenAt: new Date('2020-01-01T00:00:00Z') }),
      workloadOf(`${app}:v1`, { kind: 'CronJob', name: 'backup', cluster: 'us-1' }),
      workloadOf(`${app}:v1`, { kind: 'ReplicaSet', name: 'web-1', rollback: true }),
      workloadOf(`${app}@${v1}`, { kind: 'Deployment', name: 'web' }),
      workloadOf(`${app}@${v1}`, { kind: 'LambdaFunction', namespace: 'eu-west-1', name: 'api', cluster: 'shop' }),
    ]

    const decision = decisionOn(judged({ images, usage: { complete: true, workloads } }), 'v1')

    expect(decision.protectedBy).toEqual([
      'CronJob production/backup in cluster us-1',
      'Deployment production/web in cluster eu-1',
      'LambdaFunction eu-west-1/api in aws shop',
      'ReplicaSet production/web-1 in cluster eu-1 (rollback target)',
    ])
    expect(decision.reason).toBe('used by CronJob production/backup in cluster us-1 and 3 more')
    expect(decision.facts).toContain('last seen in use 2026-11-23T00:00:00Z')
  })

  it('I1, I2 keeps an index whose child runs, through any depth, and with it all of its children', () => {
    const nested = [
      imageOf('outer', { mediaType: indexType, children: [digestOf('inner')] }),
      imageOf([], {
        digest: digestOf('inner'),
        mediaType: indexType,
        children: [digestOf('amd64'), digestOf('arm64')],
      }),
      imageOf([], { digest: digestOf('amd64') }),
      imageOf([], { digest: digestOf('arm64') }),
    ]

    const judgement = judged({ images: nested, usage: usageOf(`${app}@${digestOf('amd64')}`) })

    expect(rulesOf(judgement)).toEqual({
      outer: 'in-use',
      [digestOf('inner')]: 'in-use',
      [digestOf('amd64')]: 'in-use',
      [digestOf('arm64')]: 'graph',
    })
  })
})

describe('4 to 6: what is not known well enough is kept', () => {
  it('4: everything, while usage is not exactly complete', () => {
    const unclear = { complete: 'yes' as unknown as boolean, workloads: [] }

    expect(decisionOn(judged({ images: [imageOf('v1')], usage: unclear }), 'v1').rule).toBe('usage-incomplete')
  })

  it.each([
    ['no push time', { pushedAt: undefined }],
    ['a push in 1980', { pushedAt: new Date('1980-01-01T00:00:00Z') }],
    ['a push just before 2013-03-20', { pushedAt: new Date('2013-03-19T23:59:59Z') }],
    ['an impossible push time', { pushedAt: new Date(Number.NaN) }],
    ['no media type', { mediaType: undefined }],
    ['B15 schema 1', { mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' }],
    ['an index of unknown children', { mediaType: indexType }],
  ])('5: B18 an image with %s', (_, change) => {
    const image = { ...imageOf('v1'), ...change } as ReturnType<typeof imageOf>

    expect(decisionOn(judged({ images: [image] }), 'v1').rule).toBe('unknown')
  })

  it('5: I1 every untagged image beside an index of unknown children, and no tagged one', () => {
    const images = [
      imageOf('v1', { mediaType: indexType }),
      imageOf('v2'),
      imageOf([], { digest: digestOf('child') }),
      imageOf([], { digest: digestOf('elsewhere'), repository: 'registry.example.com/other' }),
    ]

    expect(rulesOf(judged({ images }))).toEqual({
      v1: 'unknown',
      v2: 'none',
      [digestOf('child')]: 'unknown',
      [digestOf('elsewhere')]: 'none',
    })
  })

  it('5: an index without children is known', () => {
    expect(rulesOf(judged({ images: [imageOf('v1', { mediaType: indexType, children: [] })] }))).toEqual({ v1: 'none' })
  })

  it('6: F26 younger than the grace period, or from the future; the edge is old enough', () => {
    const images = [
      imageOf('edge', { pushedAt: daysAgo(1) }),
      imageOf('young', { pushedAt: new Date(daysAgo(1).getTime() + 1) }),
      imageOf('future', { pushedAt: daysAgo(-1) }),
    ]

    expect(rulesOf(judged({ images }))).toEqual({ edge: 'none', young: 'grace', future: 'grace' })
    const none = [policyOf({ keepRecent: 0, gracePeriodMs: 0 })]
    expect(rulesOf(judged({ images: [imageOf('now', { pushedAt: now })], policies: none }))).toEqual({ now: 'none' })
  })
})

describe('7: exclusions', () => {
  const repository = 'registry.example.com/team/critical-app'
  const images = [
    imageOf('v1', { repository }),
    imageOf('v2', { repository }),
    imageOf([], { repository, digest: digestOf('untagged') }),
    imageOf('v1', { repository: 'registry.example.com/other' }),
  ]
  const excludedBy = (exclude: object, names: Record<string, string[]> = {}): string[] =>
    judged({
      images,
      policies: [policyOf({ keepRecent: 0, exclude: [exclude] })],
      objectNames: new Map([[repository, new Map(Object.entries(names))]]),
    })
      .decisions.filter(one => one.rule === 'excluded')
      .map(one => `${one.repository.split('/').at(-1)} ${one.tags[0] ?? 'untagged'}`)
      .sort()

  it.each(['critical-app', 'team/critical-app', repository, 'critical-*', '*/critical-app'])(
    'a name alone covers the whole repository: %s',
    name => {
      expect(excludedBy({ name })).toEqual(['critical-app untagged', 'critical-app v1', 'critical-app v2'])
    },
  )

  it('a tag alone covers that tag everywhere', () => {
    expect(excludedBy({ tag: 'v1' })).toEqual(['critical-app v1', 'other v1'])
  })

  it('a name and a tag must both match', () => {
    expect(excludedBy({ name: 'critical-app', tag: 'v1' })).toEqual(['critical-app v1'])
    expect(excludedBy({ name: 'critical', tag: 'v1' })).toEqual([])
  })

  it('a name matches those of the objects, with a tag only that of its own object', () => {
    const names = { v1: ['shop-v1', 'shop'], v2: ['shop-v2'] }

    expect(excludedBy({ name: 'shop' }, names)).toEqual(['critical-app untagged', 'critical-app v1', 'critical-app v2'])
    expect(excludedBy({ name: 'shop-v1', tag: 'v*' }, names)).toEqual(['critical-app v1'])
    expect(excludedBy({ name: 'shop', tag: 'v*' }, { '': ['shop'] })).toEqual(['critical-app v1', 'critical-app v2'])
  })
})

describe('8: keepTags', () => {
  it.each([
    ['v1', ['v1']],
    ['v?', ['v1', 'v2']],
    ['*-alpine', ['v1-alpine']],
    ['*', ['v1', 'v1-alpine', 'v2']],
    ['?', []],
    ['v.', []],
  ])('%s keeps %j', (glob, kept) => {
    const images = [imageOf('v1'), imageOf('v2'), imageOf('v1-alpine')]

    const judgement = judged({ images, policies: [policyOf({ keepRecent: 0, keepTags: [glob] })] })

    const tags = judgement.decisions.filter(one => one.rule === 'keepTags').flatMap(one => one.tags)
    expect(tags.sort()).toEqual(kept)
  })

  it.each(['v1+2', '[a-z]*', 'a b', 'v1/2', '(a+)+$', ''])('refuses %j, which can never match', glob => {
    expect(() => judged({ images: [], policies: [policyOf({ keepDays: 1, keepTags: [glob] })] })).toThrow(
      /^expected a tag/,
    )
  })

  it('B20 takes linear time for hostile globs', () => {
    const judging = (stars: number) => () =>
      judged({
        images: [imageOf('a'.repeat(96))],
        policies: [policyOf({ keepDays: 1, keepTags: [`${'*a'.repeat(stars)}b`] })],
      })

    // Three stars more make whoever tries every place for every star try thousands of times as many.
    expect(growthOf(judging(2), judging(5))).toBeLessThan(20)
    judging(60)()
  })
})

describe('what cannot be judged by is refused', () => {
  it.each([
    ['no policy', { policies: [] }, 'expected at least one policy'],
    ['a policy without a keep rule', { policies: [policyOf({})] }, 'expected at least one of keepRecent'],
    ['B19 keepRecent NaN', { policies: [policyOf({ keepRecent: Number.NaN })] }, 'keepRecent: expected a whole number'],
    ['B19 keepDays -1', { policies: [policyOf({ keepDays: -1 })] }, 'keepDays: expected a whole number'],
    ['an impossible now', { now: new Date(Number.NaN) }, 'now: expected a time'],
    [
      'a digest twice',
      { images: [imageOf('v1'), imageOf('v2', { digest: digestOf('v1') })] },
      'expected each digest once',
    ],
  ])('%s', (_, change, says) => {
    expect(() => judged({ images: [], ...change })).toThrow(says)
  })
})
