import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createRestoreFixture, sweptSigned } from '../../support/restore-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const cause = { actor: 'person alice', asked: 'run manual-1 of policy eu-1/team/cleanup', runId: 'manual-1' }

it('leaves the records as a sync would: pushed now, with neither end nor mark', async () => {
  const { fixture, ...digests } = await sweptSigned(world)
  const before = await fixture.image(digests.index)
  const now = fixture.now()

  await fixture.restore(':v1', cause)

  for (const digest of Object.values(digests)) {
    const record = await fixture.image(digest)
    expect(record).toMatchObject({ pushedAt: { at: now, source: 'event' }, stage: 'Introduction' })
    expect(record).not.toHaveProperty('goneAt')
    expect(record).not.toHaveProperty('mark')
    expect(record).not.toHaveProperty('deletion')
  }
  const { index, amd64, arm64 } = digests
  expect(await fixture.image(index)).toMatchObject({ firstSeenAt: before?.firstSeenAt, children: [amd64, arm64] })
  expect(await world.store.findTag(fixture.repository, 'v1')).not.toHaveProperty('goneAt')
  const changes = await fixture.changesOfSync()
  expect(changes).toBe(0)
})

it('writes into the audit trail who put it back and from which run', async () => {
  const { fixture, index } = await sweptSigned(world)

  await fixture.restore(':v1', cause)

  const history = await world.store.listHistory(fixture.repository, index)
  const restored = history.filter(entry => entry.actor === 'person alice')
  const reason = 'put back by person alice: run manual-1 of policy eu-1/team/cleanup'
  expect(restored.map(({ action, tag }) => [action, tag])).toEqual(
    expect.arrayContaining([
      ['restore-started', undefined],
      ['restored', undefined],
      ['restored', 'v1'],
      ['restored', 'v1.0'],
    ]),
  )
  expect(restored).toHaveLength(4)
  expect(restored.filter(entry => !entry.reason.startsWith(reason) || entry.runId !== 'manual-1')).toEqual([])
  expect(restored[0]?.reason).toMatch(/; run manual-\d+ of policy eu-1\/team\/cleanup had deleted it$/)
})

it('gives a restored image its grace again: the next sweep only marks it, and deletes it when that is over', async () => {
  const { fixture, index } = await sweptSigned(world)
  await fixture.restore(':v1')

  fixture.rerun('2')
  await fixture.sweepOnce(30)
  const young = await fixture.image(index)
  fixture.rerun('3')
  await fixture.sweepOnce(60)
  const marked = await fixture.image(index)
  const stillThere = await fixture.tag('v1')
  await fixture.sweep()

  expect(young).not.toHaveProperty('mark')
  expect(marked?.mark).toBeDefined()
  expect(stillThere).toBe(index)
  expect(await fixture.tags()).toEqual(['v2'])
})

it('lifts the mark of an image that stood when one of its tags comes back', async () => {
  const fixture = createRestoreFixture(world)
  fixture.policy()
  const { digest } = await world.push({ repository: fixture.path, tag: 'v1', seed: 'shared' })
  await world.push({ repository: fixture.path, tag: 'outside', seed: 'shared' })
  fixture.track('v1')
  fixture.track('v2')
  await fixture.release('v2')
  await fixture.sweep()
  expect(await fixture.tags()).toEqual(['outside', 'v2'])

  await fixture.restore(':v1')

  expect(await fixture.tag('v1')).toBe(digest)
  expect(await fixture.image(digest)).not.toHaveProperty('mark')
  expect(fixture.cluster.get('Repository', 'app-v1')).toBeDefined()
  fixture.rerun('2')
  await fixture.sweepOnce(30)
  expect(await fixture.tag('v1')).toBe(digest)
})

it('F23 loses no entry to a sync that writes at the same moment', async () => {
  const { fixture, index } = await sweptSigned(world)
  let syncs: Promise<unknown> = Promise.resolve()
  const writer: typeof world.writer = {
    ...world.writer,
    // As a webhook makes it, one at a time: the push is recorded before restore comes to it.
    putManifest: async (...args) => {
      await world.writer.putManifest(...args)
      syncs = syncs.then(() => fixture.sync())
      await syncs
    },
  }

  const things = await fixture.restore(':v1', { ...cause, writer })

  expect(things.every(thing => thing.outcome === 'restored')).toBe(true)
  const history = await world.store.listHistory(fixture.repository, index)
  expect(history.filter(entry => entry.action === 'restored').map(entry => entry.tag)).toEqual(
    expect.arrayContaining([undefined, 'v1', 'v1.0']),
  )
  expect(history.map(entry => entry.action)).toContain('image-recorded')
})

it('records an image of which the table knows nothing', async () => {
  const { fixture, index } = await sweptSigned(world)
  const [registry = '', ...path] = fixture.repository.split('/')
  const repository = `forgotten.example.com/${fixture.path}`

  await fixture.restoreTarget({ repository, registry, path: path.join('/'), roots: [{ digest: index }] }, cause)

  expect(await world.store.findImage(repository, index)).toMatchObject({
    pushedAt: { at: fixture.now(), source: 'event' },
    firstSeenAt: fixture.now(),
    change: { action: 'restored' },
  })
  expect(await world.store.findTag(repository, 'v1')).toMatchObject({ digest: index })
})
