import { expect, it } from 'vitest'
import { noCopies } from '../../../../shared/domain/copies/repository-copies.ts'
import type { ImageRecord } from '../../../../shared/domain/records/images.ts'
import type { Policy } from '../../../../shared/objects/policy-object.ts'
import type { Deletion } from '../../../../shared/sweep/execute/deletion.ts'
import { SweepTally } from '../../../../shared/sweep/execute/sweep-tally.ts'
import { trackedOf } from '../../../support/policy-world.ts'
import { digestOf, imageDraft } from '../../../support/records.ts'

const repository = 'registry.example.com/team/app'
const policy = { object: { metadata: { namespace: 'team' } }, spec: { keepRecent: 1 } } as Policy

const imageWith = (name: string, ...layers: string[]): ImageRecord => ({
  ...imageDraft(repository, {
    digest: digestOf(name),
    blobs: layers.map(layer => ({ digest: digestOf(layer), sizeBytes: 100 })),
  }),
  number: 1,
})

const deletionOf = (image: ImageRecord, ...tags: string[]): Deletion => ({
  image,
  tags,
  tagRecords: [],
  wholeImage: true,
  objects: [],
  after: [],
  referrers: [],
})

const worldOf = (...images: ImageRecord[]) => ({
  id: repository,
  record: undefined,
  tags: [],
  images,
  usage: [],
  unreadTags: [],
  formerTags: new Map<string, readonly string[]>(),
  syncs: [],
  deletedSubjects: new Map<string, string>(),
  registry: { untagged: 'stays' as const },
  foreignUsage: [],
  copies: noCopies,
})
const gone = { outcome: 'deleted', isGone: true, tags: ['v1'] } as const

it('counts a layer that two deleted images share once', () => {
  const [one, two] = [imageWith('one', 'base', 'a'), imageWith('two', 'base', 'b')] as const
  const tally = new SweepTally(repository)
  tally.noteLook(worldOf(one, two))

  for (const image of [one, two]) tally.add(policy, deletionOf(image, 'v1'), gone)

  expect(tally.unreported().freed.total).toBe(300)
})

it('does not count a layer that an image which stays uses', () => {
  const [one, stays] = [imageWith('one', 'base', 'a'), imageWith('stays', 'base')] as const
  const tally = new SweepTally(repository)
  tally.noteLook(worldOf(one, stays))

  tally.add(policy, deletionOf(one, 'v1'), gone)

  expect(tally.unreported().freed.total).toBe(100)
})

it('counts a layer whose last user goes in a later batch then, and once', () => {
  const [one, two] = [imageWith('one', 'base'), imageWith('two', 'base')] as const
  const tally = new SweepTally(repository)
  tally.noteLook(worldOf(one, two))
  tally.add(policy, deletionOf(one, 'v1'), gone)
  const first = tally.unreported()
  tally.markReported(first)
  tally.noteLook(worldOf(two))
  tally.add(policy, deletionOf(two, 'v2'), gone)

  const second = tally.unreported()

  expect([first.freed.total, second.freed.total]).toEqual([0, 100])
})

it('95 accounts freed bytes to the namespace of the object that was there at the delete, though it is gone by the next look', () => {
  const [one, two] = [imageWith('one', 'a'), imageWith('two', 'b', 'c')] as const
  const tally = new SweepTally(repository)
  const whole = trackedOf('team/app', undefined, { namespace: 'team' })
  tally.noteObjects([whole, trackedOf('team/app', 'v1', { namespace: 'shop' })])
  tally.add(policy, deletionOf(one, 'v1'), gone)
  tally.noteObjects([whole])

  tally.add(policy, deletionOf(two, 'v2'), gone)

  expect(tally.unreported().freed).toEqual({
    total: 300,
    byRepository: new Map([[repository, 300]]),
    byNamespace: new Map([
      ['shop', 100],
      ['team', 200],
    ]),
    byRegistry: new Map([['registry.example.com', 300]]),
  })
})

it('95 tells each share once, whichever namespace it is of', () => {
  const [one, two] = [imageWith('one', 'a'), imageWith('two', 'b')] as const
  const tally = new SweepTally(repository)
  tally.noteObjects([trackedOf('team/app', 'v1', { namespace: 'shop' }), trackedOf('team/app', 'v2')])
  tally.add(policy, deletionOf(one, 'v1'), gone)
  tally.markReported(tally.unreported())
  tally.add(policy, deletionOf(two, 'v2'), gone)

  const { freed } = tally.unreported()

  expect(freed).toMatchObject({ total: 100, byNamespace: new Map([['team', 100]]) })
  tally.markReported({ items: [], deletions: [], freed })
  expect(tally.unreported().freed).toMatchObject({ total: 0, byNamespace: new Map(), byRepository: new Map() })
})

it('tells again what could not be told', () => {
  const tally = new SweepTally(repository)
  tally.add(policy, deletionOf(imageWith('one'), 'v1'), gone)

  tally.unreported()

  expect(tally.unreported().items).toHaveLength(1)
  tally.markReported(tally.unreported())
  expect(tally.unreported().items).toEqual([])
})

it('tells of tags that are gone, and of none that moved away meanwhile', () => {
  const tally = new SweepTally(repository)

  tally.add(policy, deletionOf(imageWith('one'), 'v1', 'moved'), gone)

  expect(tally.unreported().items.map(item => item.image)).toEqual([`${repository}:v1`])
})

it('tells of nothing that was kept or left to the next look', () => {
  const tally = new SweepTally(repository)

  tally.add(policy, deletionOf(imageWith('one'), 'v1'), { outcome: 'kept', message: 'something needs it' })
  tally.add(policy, deletionOf(imageWith('two'), 'v2'), { outcome: 'stopped', message: 'stopped' })

  expect(tally).toMatchObject({ isEmpty: true, changedImages: 0, failed: 0 })
})
