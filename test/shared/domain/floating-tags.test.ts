import { expect, it } from 'vitest'
import { floatingTagsOf } from '../../../shared/domain/floating-tags.ts'
import type { UsageRecord } from '../../../shared/domain/records/workloads.ts'
import { at, digestOf, usageOf } from '../../support/records.ts'

const repository = 'h.example/app'
const tags = new Map([
  ['latest', {}],
  ['v1', { movedAt: at(60), previousDigest: digestOf('before') }],
  ['prod', { movedAt: at(60) }],
  ['v2', {}],
])
const told = (rest: Partial<UsageRecord>) =>
  floatingTagsOf([usageOf(repository, { ifNotPresent: true, ...rest })], tags).map(({ reason, tag }) => [reason, tag])

it('tells of latest, whether it ever moved or not', () => {
  expect(told({ image: `${repository}:latest` })).toEqual([['LatestTag', 'latest']])
  expect(told({ image: repository })).toEqual([['LatestTag', 'latest']])
})

it('tells of a tag that moved since the workload named it', () => {
  expect(told({ image: `${repository}:v1`, firstSeenAt: at(0) })).toEqual([['MovedTag', 'v1']])
})

it.each<[string, Partial<UsageRecord>]>([
  ['a tag that moved before', { image: `${repository}:v1`, firstSeenAt: at(61) }],
  ['a tag that was put on an older image and never moved', { image: `${repository}:prod`, firstSeenAt: at(0) }],
  ['a tag that never moved', { image: `${repository}:v2` }],
  ['a tag that is not known', { image: `${repository}:v3` }],
  ['latest beside a digest', { image: `${repository}:latest@${digestOf('one')}` }],
  ['a reference that ended', { image: `${repository}:latest`, endedAt: at(1) }],
  ['a rollback target', { image: `${repository}:latest`, rollback: true }],
  ['a name that cannot be read', { image: `${repository}:{{tag}}` }],
])('tells nothing of %s', (_, rest) => {
  expect(told(rest)).toEqual([])
})

it('tells nothing where each start asks for the tag, and where it is not known', () => {
  const { ifNotPresent: _, ...record } = usageOf(repository, { image: `${repository}:latest` })

  expect(floatingTagsOf([record], tags)).toEqual([])
})

it('tells of each tag once, with all that use it, in the order of their names', () => {
  const use = (name: string, tag: string) =>
    usageOf(repository, { ifNotPresent: true, name, image: `${repository}:${tag}` })

  const found = floatingTagsOf([use('web', 'v1'), use('db', 'latest'), use('job', 'v1')], tags)

  expect(found.map(({ tag, users }) => [tag, users.map(({ name }) => name)])).toEqual([
    ['latest', ['db']],
    ['v1', ['web', 'job']],
  ])
})
