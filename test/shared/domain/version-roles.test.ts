import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { ImageRecord, TagRecord } from '../../../shared/domain/records/images.ts'
import type { UsageRecord } from '../../../shared/domain/records/workloads.ts'
import { indexReferences } from '../../../shared/domain/reference-index.ts'
import { versionRoles, versionRolesOf } from '../../../shared/domain/version-roles.ts'
import { at, digestOf, imageDraft, tagDraft, usageOf } from '../../support/records.ts'

const repository = 'harbor.example.com/myapp/myapp'
const mark = {
  policy: 'eu-1/production/auto-cleanup',
  policyHash: 'h',
  runId: 'r',
  markedAt: at(0),
  deleteAfter: at(1),
  reason: 'not among the newest 3',
  facts: [],
}

const imageOf = (tag: string, rest: Partial<ImageRecord> = {}): ImageRecord => ({
  ...imageDraft(repository, { digest: digestOf(tag), ...rest }),
  number: 1,
})
const tagOf = (tag: string, rest: Partial<TagRecord> = {}): TagRecord => ({
  ...tagDraft(repository, { tag, digest: digestOf(tag), ...rest }),
  number: 1,
})
const refer = (tag: string, rest: Partial<UsageRecord> = {}): UsageRecord =>
  usageOf(repository, { image: `${repository}:${tag}`, ...rest })
const target = (tag: string, rest: Partial<UsageRecord> = {}): UsageRecord =>
  refer(tag, { kind: 'ReplicaSet', name: `web-${tag}`, rollback: true, ...rest })

interface World {
  readonly images?: readonly ImageRecord[]
  readonly tags?: readonly TagRecord[]
  readonly usage: readonly UsageRecord[]
}

const versions = ['v1.0.0', 'v1.0.1', 'v1.0.2', 'v1.0.3']

/** The roles by tag, in the order of tags; an image for each of `versions` where none are given. */
function rolesIn({
  images = versions.map(tag => imageOf(tag)),
  tags = versions.map(tag => tagOf(tag)),
  usage,
}: World): Record<string, string> {
  const roles = versionRolesOf(images, tags, indexReferences(usage))
  return Object.fromEntries(
    tags.flatMap(({ tag, digest }) => (roles.has(digest) ? [[tag, `${roles.get(digest)}`]] : [])),
  )
}

describe('roles of versions', () => {
  it('are current, for a roll back, for one further back, and to be deleted', () => {
    const images = versions.map(tag => imageOf(tag, tag === 'v1.0.0' ? { mark } : {}))

    const roles = rolesIn({ images, usage: [refer('v1.0.3'), target('v1.0.2'), target('v1.0.1')] })

    expect(roles).toEqual({
      'v1.0.3': 'Current',
      'v1.0.2': 'Rollback',
      'v1.0.1': 'EmergencyRollback',
      'v1.0.0': 'Deletable',
    })
  })

  it('go by what ran, not by what was pushed: a version that never ran has none', () => {
    const roles = rolesIn({ usage: [refer('v1.0.2'), target('v1.0.0')] })

    expect(roles).toEqual({ 'v1.0.2': 'Current', 'v1.0.0': 'Rollback' })
  })

  it('go by what ran last where no rollback target is left', () => {
    const usage = [
      refer('v1.0.3'),
      refer('v1.0.0', { name: 'a', endedAt: at(30) }),
      refer('v1.0.1', { name: 'b', endedAt: at(10) }),
      refer('v1.0.2', { name: 'c', endedAt: at(20) }),
    ]

    expect(rolesIn({ usage })).toEqual({
      'v1.0.3': 'Current',
      'v1.0.0': 'Rollback',
      'v1.0.2': 'EmergencyRollback',
    })
  })

  it('give a rollback target its place before what ran later and cannot be gone back to', () => {
    const usage = [refer('v1.0.3'), target('v1.0.1'), refer('v1.0.2', { name: 'batch', endedAt: at(90) })]

    expect(rolesIn({ usage })).toMatchObject({ 'v1.0.1': 'Rollback', 'v1.0.2': 'EmergencyRollback' })
  })

  it('put the target first that ran last, though another was seen first', () => {
    const usage = [
      refer('v1.0.3'),
      target('v1.0.1', { firstSeenAt: at(0) }),
      refer('v1.0.1', { name: 'again', endedAt: at(50) }),
      target('v1.0.2', { firstSeenAt: at(10) }),
      refer('v1.0.2', { endedAt: at(40) }),
    ]

    expect(rolesIn({ usage })).toMatchObject({ 'v1.0.1': 'Rollback', 'v1.0.2': 'EmergencyRollback' })
  })

  it('never send a rollback forward: the broken version is no way back', () => {
    const usage = [refer('v1.0.2'), target('v1.0.3'), target('v1.0.1')]

    expect(rolesIn({ usage })).toEqual({ 'v1.0.2': 'Current', 'v1.0.1': 'Rollback' })
  })

  it('order versions by number where nothing tells when they ran', () => {
    const names = ['1.0.9', '1.0.10', '1.0.11']
    const usage = [refer('1.0.11'), target('1.0.9'), target('1.0.10')]

    expect(rolesIn({ images: names.map(tag => imageOf(tag)), tags: names.map(tag => tagOf(tag)), usage })).toEqual({
      '1.0.11': 'Current',
      '1.0.10': 'Rollback',
      '1.0.9': 'EmergencyRollback',
    })
  })

  it('are several currents for a canary and for clusters apart, and one way back from them', () => {
    const usage = [
      refer('v1.0.2'),
      refer('v1.0.3', { name: 'canary' }),
      target('v1.0.2', { cluster: 'us-1' }),
      target('v1.0.1', { cluster: 'us-1' }),
      target('v1.0.0'),
    ]

    expect(rolesIn({ usage })).toEqual({
      'v1.0.3': 'Current',
      'v1.0.2': 'Current',
      'v1.0.1': 'Rollback',
      'v1.0.0': 'EmergencyRollback',
    })
  })

  it('name no way back where nothing runs', () => {
    expect(rolesIn({ usage: [target('v1.0.2'), refer('v1.0.1', { endedAt: at(1) })] })).toEqual({})
  })

  it('are shared by the tags of one digest', () => {
    const tags = [...versions.map(tag => tagOf(tag)), tagOf('latest', { digest: digestOf('v1.0.3') })]

    expect(rolesIn({ tags, usage: [refer('latest')] })).toEqual({ latest: 'Current', 'v1.0.3': 'Current' })
  })

  it('are of an index when its child runs, and of the child when its index does', () => {
    const children = [digestOf('amd64'), digestOf('arm64')]
    const images = [imageOf('v1.0.3', { children }), imageOf('amd64'), imageOf('v1.0.2'), imageOf('v1.0.1')]
    const tags = ['v1.0.3', 'amd64', 'v1.0.2', 'v1.0.1'].map(tag => tagOf(tag))
    const byChild = usageOf(repository, { image: `${repository}@${digestOf('arm64')}` })

    expect(rolesIn({ images, tags, usage: [byChild] })).toEqual({ 'v1.0.3': 'Current', amd64: 'Current' })
    expect(rolesIn({ images, tags, usage: [refer('v1.0.2'), target('v1.0.1')] })).toEqual({
      'v1.0.2': 'Current',
      'v1.0.1': 'Rollback',
    })
  })

  it('take one place for an index and the platforms of it that ran', () => {
    const children = [digestOf('amd64')]
    const images = [imageOf('v1.0.3'), imageOf('v1.0.2', { children }), imageOf('amd64'), imageOf('v1.0.1')]
    const usage = [
      refer('v1.0.3'),
      target('v1.0.2'),
      usageOf(repository, { name: 'pod', image: `${repository}@${digestOf('amd64')}`, endedAt: at(5) }),
      target('v1.0.1'),
    ]

    expect(rolesIn({ images, usage })).toMatchObject({ 'v1.0.2': 'Rollback', 'v1.0.1': 'EmergencyRollback' })
  })

  it('do not give a moved tag the past of the digest that it left', () => {
    const tags = [tagOf('v1.0.3'), tagOf('v1.0.2', { movedAt: at(100) })]
    const usage = [refer('v1.0.3'), refer('v1.0.2', { endedAt: at(50) })]

    expect(rolesIn({ tags, usage })).toEqual({ 'v1.0.3': 'Current' })
    expect(rolesIn({ tags, usage: [refer('v1.0.3'), refer('v1.0.2', { endedAt: at(150) })] })).toMatchObject({
      'v1.0.2': 'Rollback',
    })
  })

  it('show a marked version as deletable, unless a workload refers to it', () => {
    const images = versions.map(tag => imageOf(tag, { mark }))
    const usage = [refer('v1.0.3'), target('v1.0.2'), refer('v1.0.1', { endedAt: at(9) })]

    expect(rolesIn({ images, usage })).toEqual({
      'v1.0.3': 'Current',
      'v1.0.2': 'Rollback',
      'v1.0.1': 'Deletable',
      'v1.0.0': 'Deletable',
    })
  })

  it('leave out what the registry no longer holds', () => {
    const images = versions.map(tag => imageOf(tag, tag === 'v1.0.2' ? { goneAt: at(9) } : {}))

    expect(rolesIn({ images, usage: [refer('v1.0.3'), target('v1.0.2'), target('v1.0.1')] })).toMatchObject({
      'v1.0.1': 'Rollback',
    })
  })

  it('end at a circle of indexes (B16)', () => {
    const images = [
      imageOf('v1.0.0', { children: [digestOf('v1.0.1')] }),
      imageOf('v1.0.1', { children: [digestOf('v1.0.0')] }),
    ]

    expect(rolesIn({ images, usage: [refer('v1.0.0')] })).toEqual({ 'v1.0.0': 'Current', 'v1.0.1': 'Current' })
  })

  it('B24 hold for a workload that names a digest and nothing else', () => {
    expect(rolesIn({ usage: [usageOf('*', { image: digestOf('v1.0.1') })] })).toEqual({ 'v1.0.1': 'Current' })
  })
})

it('are the roles that the status of a Repository may show, in a column of its own', () => {
  const file = new URL('../../../infra/cluster/crds/repositories.yaml', import.meta.url)
  const [version] = parse(readFileSync(file, 'utf8')).spec.versions

  expect(version.schema.openAPIV3Schema.properties.status.properties.role.enum).toEqual(versionRoles)
  expect(version.additionalPrinterColumns).toContainEqual({ name: 'Role', type: 'string', jsonPath: '.status.role' })
})

const someUsage = fc.array(
  fc
    .record({
      tag: fc.constantFrom(...versions, 'v9'),
      name: fc.constantFrom('a', 'b', 'c'),
      rollback: fc.boolean(),
      ended: fc.option(fc.integer({ min: 1, max: 5 })),
    })
    .map(({ tag, name, rollback, ended }) =>
      refer(tag, { name, rollback, ...(ended !== null && { endedAt: at(ended) }) }),
    ),
  { maxLength: 12 },
)
const someWorld = fc.record({
  usage: someUsage,
  images: fc
    .shuffledSubarray(versions)
    .chain(tags => fc.tuple(...tags.map(tag => fc.boolean().map(marked => imageOf(tag, marked ? { mark } : {}))))),
})

describe('laws of roles', () => {
  it('the order of input never matters', () => {
    fc.assert(
      fc.property(someWorld, ({ usage, images }) => {
        expect(rolesIn({ usage: usage.toReversed(), images: images.toReversed() })).toEqual(rolesIn({ usage, images }))
      }),
      { numRuns: 2000 },
    )
  })

  it('one version at most is the rollback and one the emergency rollback, and neither is newer than what runs', () => {
    fc.assert(
      fc.property(someWorld, world => {
        const roles = Object.entries(rolesIn(world))
        const of = (role: string) => roles.filter(([, found]) => found === role).map(([tag]) => tag)
        const [rollback, emergency, newest = ''] = [
          of('Rollback'),
          of('EmergencyRollback'),
          of('Current').sort().at(-1),
        ]

        expect(rollback.length).toBeLessThanOrEqual(1)
        expect(emergency.length).toBeLessThanOrEqual(rollback.length)
        for (const tag of [...rollback, ...emergency]) expect(tag < newest).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('nothing that a workload refers to is deletable', () => {
    fc.assert(
      fc.property(someWorld, world => {
        const referred = new Set(world.usage.filter(({ endedAt }) => !endedAt).map(({ image }) => image.split(':')[1]))

        for (const [tag, role] of Object.entries(rolesIn(world)))
          if (referred.has(tag)) expect(role).not.toBe('Deletable')
      }),
      { numRuns: 2000 },
    )
  })
})
