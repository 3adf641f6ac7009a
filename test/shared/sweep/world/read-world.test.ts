import { describe, expect, it } from 'vitest'
import { noCopies } from '../../../../shared/domain/copies/repository-copies.ts'
import { formerTagsOf } from '../../../../shared/sweep/world/deleted-before.ts'
import { imagesOf } from '../../../../shared/sweep/world/read-world.ts'
import { at, digestOf, imageDraft, tagDraft } from '../../../support/records.ts'

const image = {
  ...imageDraft('r', { digest: digestOf('one') }),
  number: 1,
  deletion: { runId: 'run', startedAt: at(1), tags: ['v1', 'v2', 'v3', 'v4'] },
}
const tagOn = (tag: string, name: string, isGone: boolean) => ({
  ...tagDraft('r', { tag, digest: digestOf(name) }),
  number: 1,
  ...(isGone && { goneAt: at(2) }),
})

it('F12 an image had what a sweep noted, that is gone, and that was on it until then', () => {
  const tags = [
    tagOn('v1', 'one', true),
    tagOn('v2', 'one', false),
    tagOn('v3', 'moved away before', true),
    tagOn('v4', 'pushed again', false),
    tagOn('v5', 'one', true),
  ]

  expect([...formerTagsOf([image], tags)]).toEqual([[digestOf('one'), ['v1']]])
})

it('tells a pull, which the registry knows of, from a workload that was seen to run the image', () => {
  const usage = {
    repository: 'r',
    cluster: 'eu-1',
    kind: 'Pod',
    namespace: 'team',
    name: 'web',
    image: `r@${digestOf('one')}`,
    rollback: false,
    firstSeenAt: at(1),
    endedAt: at(3),
  }
  const world = {
    id: 'r',
    record: undefined,
    tags: [],
    usage: [usage],
    unreadTags: [],
    formerTags: new Map(),
    syncs: [],
    deletedSubjects: new Map(),
    registry: { untagged: 'stays' as const },
    foreignUsage: [],
    copies: noCopies,
  }

  const [seen] = imagesOf({ ...world, images: [image] })
  const [pulled] = imagesOf({ ...world, images: [{ ...image, pulledAt: at(2) }] })

  expect(seen).toMatchObject({ seenRunningAt: at(3) })
  expect(seen).not.toHaveProperty('pulledAt')
  expect(pulled).toMatchObject({ seenRunningAt: at(3), pulledAt: at(2) })
})

describe('an index', () => {
  const child = (name: string, more: object) => ({ ...imageDraft('r', { digest: digestOf(name), ...more }), number: 1 })
  const index = {
    ...imageDraft('r', { digest: digestOf('index'), children: [digestOf('a'), digestOf('b')] }),
    number: 1,
  }
  const dated = child('a', { createdAt: at(1) })
  const createdOf = (...images: (typeof index)[]) =>
    imagesOf({
      id: 'r',
      record: undefined,
      tags: [],
      usage: [],
      unreadTags: [],
      formerTags: new Map(),
      syncs: [],
      deletedSubjects: new Map(),
      registry: { untagged: 'stays' as const },
      foreignUsage: [],
      copies: noCopies,
      images: [index, ...images],
    })[0]?.createdAt

  it('was made once the newest of its children was', () => {
    expect(createdOf(dated, child('b', { createdAt: at(2) }))).toEqual(at(2))
  })

  it('is no older for an attestation, which tells no time', () => {
    expect(createdOf(dated, child('b', { platform: { os: 'unknown', architecture: 'unknown' } }))).toEqual(at(1))
  })

  it.each([
    ['tells no time', [child('b', {})]],
    ['tells one that cannot be', [child('b', { createdAt: new Date(0) })]],
    ['is not there', []],
  ])('I20 was made nobody knows when, while a child %s', (_, others) => {
    expect(createdOf(dated, ...others)).toBeUndefined()
  })
})
