import { describe, expect, it } from 'vitest'
import { relationsOf } from '../../../../shared/domain/copies/copy-relation.ts'
import { copyLines, copyOverview } from '../../../../shared/domain/copies/copy-texts.ts'
import type { CacheRule } from '../../../../shared/domain/copies/registry-copies.ts'
import { copiesOf as copiesBy, noCopies } from '../../../../shared/domain/copies/repository-copies.ts'
import type { CopyRecord } from '../../../../shared/domain/records/copies.ts'
import { at } from '../../../support/records.ts'

const placeOf = (region: string, account = '123456789012') => ({ account, region })
const hostOf = (region: string, account = '123456789012') => `${account}.dkr.ecr.${region}.amazonaws.com`
const [home, far] = [hostOf('eu-west-1'), hostOf('eu-central-1')]

const record = (registry: string, rest: Partial<CopyRecord> = {}): CopyRecord => ({
  registry,
  dueAt: at(86_400),
  askedBy: 'somebody',
  number: 1,
  ...rest,
})

/** Of a registry that copies nothing. */
const still = { replication: { readAt: at(0), rules: [] }, caches: { readAt: at(0), rules: [] } }

/** Where no other registry than these may copy. */
const copiesOf = (id: string, records: readonly CopyRecord[]) =>
  copiesBy(
    id,
    records,
    records.map(({ registry }) => registry),
  )

const replicatesTo = (...places: ReturnType<typeof placeOf>[]) => ({
  replication: { readAt: at(0), rules: [{ destinations: places, prefixes: [] as string[] }] },
})

describe('a replica', () => {
  it('has the path of its source, and the source knows it', () => {
    const records = [record(home, replicatesTo(placeOf('eu-central-1'))), record(far)]

    expect(copiesOf(`${far}/team/app`, records).sources).toEqual([
      { id: `${home}/team/app`, by: placeOf('eu-west-1'), readAt: at(0) },
    ])
    expect(copiesOf(`${home}/team/app`, records)).toMatchObject({
      sources: [],
      replicas: [{ id: `${far}/team/app`, by: placeOf('eu-west-1') }],
    })
  })

  it.each([
    ['prod', 'prod/app', true],
    ['prod', 'production/app', true],
    ['prod', 'team/prod', false],
    ['prod/', 'prod', false],
  ])('by the filter %s is %s: %s', (filter, path, isReplica) => {
    const replication = {
      readAt: at(0),
      rules: [{ destinations: [placeOf('eu-central-1')], prefixes: ['other', filter] }],
    }

    const { sources } = copiesOf(`${far}/${path}`, [record(home, { replication })])

    expect(sources.length === 1).toBe(isReplica)
  })

  it('is none of what its source is a replica of: nothing is replicated further', () => {
    const third = hostOf('us-east-1')
    const records = [
      record(home, replicatesTo(placeOf('eu-central-1'))),
      record(far, replicatesTo(placeOf('us-east-1'))),
      record(third),
    ]

    expect(copiesOf(`${third}/team/app`, records).sources.map(({ id }) => id)).toEqual([`${far}/team/app`])
  })

  it('is one of each that replicates to it, and two that replicate to each other are both', () => {
    const records = [
      record(home, replicatesTo(placeOf('eu-central-1'))),
      record(far, replicatesTo(placeOf('eu-west-1'))),
    ]

    expect(copiesOf(`${far}/team/app`, records)).toMatchObject({
      sources: [{ id: `${home}/team/app` }],
      replicas: [{ id: `${home}/team/app` }],
    })
  })

  it('is found where hosts do not say which registry they are', () => {
    const records = [
      record('ecr-a.internal', { ...replicatesTo(placeOf('eu-central-1')), place: placeOf('eu-west-1') }),
      record('ecr-b.internal', { place: placeOf('eu-central-1') }),
    ]

    expect(copiesOf('ecr-b.internal/team/app', records).sources.map(({ id }) => id)).toEqual([
      'ecr-a.internal/team/app',
    ])
    expect(copiesOf('ecr-a.internal/team/app', records).replicas.map(({ id }) => id)).toEqual([
      'ecr-b.internal/team/app',
    ])
    expect(copiesOf('ecr-c.internal/team/app', records)).toMatchObject({ sources: [], replicas: [] })
  })

  it('says what a delete and a restore do, there and at its source', () => {
    const toBoth = replicatesTo(placeOf('eu-central-1'), placeOf('us-east-1', '210987654321'))
    const records = [record(home, { ...still, ...toBoth }), record(far, still)]

    expect(copyLines(copiesOf(`${far}/team/app`, records))).toEqual([
      `replica of ${home}/team/app, by replication of 123456789012/eu-west-1 (as of 2026-01-01T00:00:00Z): what is deleted here is not replicated again until it is pushed there anew or somebody has it backfilled; a restore puts it back here alone`,
    ])
    expect(copyLines(copiesOf(`${home}/team/app`, records))).toEqual([
      `replicated to ${far}/team/app, ${hostOf('us-east-1', '210987654321')}/team/app, by replication of 123456789012/eu-west-1 (as of 2026-01-01T00:00:00Z): a delete here leaves it there unless the rule replicates deletes; a restore here is a push, and is replicated again`,
    ])
  })
})

describe('a cache', () => {
  const cachesBy = (...rules: CacheRule[]) => record(home, { ...still, caches: { readAt: at(0), rules } })
  const hub = { prefix: 'docker-hub', upstream: 'docker.io', upstreamPrefix: '' }

  it.each([
    ['docker-hub/library/nginx', 'docker.io/library/nginx'],
    ['base/ubuntu/22', '210987654321.dkr.ecr.eu-west-1.amazonaws.com/golden/ubuntu/22'],
    ['base/deep/ubuntu', 'quay.io/ubuntu'],
    ['docker-hubs/nginx', undefined],
    ['docker-hub', undefined],
  ])('in %s is of %s', (path, upstream) => {
    const own = cachesBy(
      hub,
      { prefix: 'base', upstream: '210987654321.dkr.ecr.eu-west-1.amazonaws.com', upstreamPrefix: 'golden' },
      { prefix: 'base/deep', upstream: 'quay.io', upstreamPrefix: '' },
    )

    expect(copiesOf(`${home}/${path}`, [own]).cachedFrom?.upstream).toBe(upstream)
    expect(copiesOf(`${far}/${path}`, [own])).not.toHaveProperty('cachedFrom')
  })

  it('of all other paths is one where nobody pushed, and says so', () => {
    const own = cachesBy(hub, { prefix: '', upstream: 'public.ecr.aws', upstreamPrefix: '' })

    const lines = copyLines(copiesOf(`${home}/amazonlinux/amazonlinux`, [own]))

    expect(lines).toEqual([
      expect.stringContaining('cache of public.ecr.aws/amazonlinux/amazonlinux where it was not pushed, by the'),
    ])
    expect(copyLines(copiesOf(`${home}/docker-hub/library/nginx`, [own]))).toEqual([
      'cache of docker.io/library/nginx, by the pull-through rule docker-hub (as of 2026-01-01T00:00:00Z): the next pull fetches what is deleted again as long as upstream has it; a restore puts back what upstream has no more',
    ])
  })
})

describe('what is not known', () => {
  it('is said, of the registry itself and, once, of those that may copy to it', () => {
    const refused = (why: string) => ({ rules: [], refused: why })
    const records = [
      record(home, { replication: refused('no a'), caches: refused('no b') }),
      record(far, { replication: refused('no c'), caches: refused('no d') }),
      record(hostOf('us-east-1'), { replication: refused('no e') }),
    ]

    expect(copiesOf(`${home}/team/app`, records).unknown).toEqual(['no a', 'no b', 'no c; and of 1 more registry'])
  })

  it.each([
    ['was never asked', undefined, `${home} was not asked yet`],
    ['is asked now for the first time', {}, `${home} was not asked yet`],
    ['never said it', { replication: { rules: [], refused: 'no' } }, 'no'],
  ])('may be, to and from a registry that %s', (_, said, why) => {
    const records = [record(far, still), ...(said ? [record(home, said)] : [])]
    const copies = (id: string) => copiesBy(id, records, [home, far])

    expect([...relationsOf(copies(`${far}/team/app`))]).toEqual([[home, 'may-be-source']])
    expect([...relationsOf(copies(`${home}/team/app`))]).toEqual([[far, 'may-be-replica']])
    for (const host of [home, far]) expect(copies(`${host}/team/app`).unknown).toContain(why)
  })

  it('is where a registry of no known place is, which may be any that another replicates to', () => {
    const internal = 'ecr.internal'
    const records = [record(home, replicatesTo(placeOf('eu-central-1')))]
    const relations = (id: string) => [...relationsOf(copiesBy(id, records, [home, internal]))]

    expect(relations(`${internal}/team/app`)).toEqual([[home, 'may-be-source']])
    expect(relations(`${home}/team/app`)).toEqual([
      [internal, 'may-be-source'],
      [far, 'replica'],
    ])
  })

  it('takes nothing from what was known before', () => {
    const known = { readAt: at(0), rules: [{ destinations: [placeOf('eu-central-1')], prefixes: [] }], refused: 'no' }

    expect(copiesOf(`${far}/team/app`, [record(home, { replication: known }), record(far, still)])).toMatchObject({
      sources: [{ id: `${home}/team/app` }],
      unknown: ['no'],
    })
  })
})

it('many repositories take a line for each rule that copies them', () => {
  const records = [
    record(home, {
      ...replicatesTo(placeOf('eu-central-1')),
      caches: { readAt: at(0), rules: [{ prefix: 'hub', upstream: 'docker.io', upstreamPrefix: '' }] },
    }),
  ]
  const copies = ['team/a', 'team/b', 'hub/library/nginx'].map(path => copiesOf(`${home}/${path}`, records))

  expect(copyOverview([...copies, noCopies])).toEqual([
    expect.stringMatching(`^3 repositories: replicated to ${far}: a delete here`),
    expect.stringMatching('^1 repository: caches of docker.io: the next pull'),
  ])
})
