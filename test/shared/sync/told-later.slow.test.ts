import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../../shared/domain/audit.ts'
import type { Digest } from '../../../shared/domain/digest.ts'
import { noteTold } from '../../../shared/sync/told-later.ts'
import { type FaultyLoopback, startFaultyLoopback } from '../../support/faulty-loopback.ts'
import { createKillPoint, KilledError } from '../../support/memory-platform.ts'
import { createSweepFixture, type SweepFixture } from '../../support/sweep-fixture.ts'
import { tellDeleted } from '../../support/told-deletions.ts'

let world: FaultyLoopback
beforeEach(async () => {
  world = await startFaultyLoopback()
})
afterEach(() => world.close())

const alice = { name: 'alice', addr: '10.0.0.7:51234' }
const bob = { name: 'bob', addr: '10.0.0.8:51234' }
const says = ({ name, addr }: typeof alice) => `the registry's event says by ${name} from ${addr}`

/** Tags of one image each, synced. */
async function released(...tags: string[]) {
  const sweep = createSweepFixture(world)
  sweep.trackWhole()
  const digests: Digest[] = []
  for (const tag of [...tags, 'stays']) digests.push((await sweep.release(tag)).digest as Digest)
  return { sweep, digests }
}

const ends: readonly AuditEntry['action'][] = ['tag-gone', 'image-gone', 'deletion-told', 'deleted']

/** What the audit trail says of how the tag ended, or the image where none is named. */
async function endsOf({ repository }: SweepFixture, digest: Digest, tag?: string): Promise<AuditEntry[]> {
  const history = await world.store.listHistory(repository, digest)
  return history.filter(entry => entry.tag === tag && ends.includes(entry.action))
}

const actionsOf = async (...of: Parameters<typeof endsOf>) => (await endsOf(...of)).map(({ action }) => action)
const textOf = async (...of: Parameters<typeof endsOf>) => (await endsOf(...of)).map(({ reason }) => reason).join('; ')

describe('the actor of the second of two quick deletions by hand', () => {
  it('is told, though the look for the first found both gone', async () => {
    const { sweep, digests } = await released('v1', 'v2')
    const [first = '', second] = digests as [Digest, Digest]
    await world.remove(sweep.path, first)
    await world.remove(sweep.path, 'v2')

    await tellDeleted(world, sweep, { digest: first }, alice)
    const before = await endsOf(sweep, second, 'v2')
    sweep.pass(2)
    await tellDeleted(world, sweep, { tag: 'v2' }, bob)

    expect(before).toMatchObject([{ action: 'tag-gone', actor: 'outside' }])
    expect(before[0]?.reason).not.toContain('event')
    expect((await endsOf(sweep, second, 'v2')).at(-1)).toMatchObject({
      action: 'deletion-told',
      actor: 'outside',
      at: sweep.now(),
      reason: says(bob),
      facts: [expect.stringMatching(/^it was found gone at \S+, before the event came$/)],
    })
    expect(await textOf(sweep, first as Digest, 'v1')).toContain(says(alice))
    expect(await world.store.findTag(sweep.repository, 'v2')).toMatchObject({ goneAt: before[0]?.at })
  })

  it('is told the other way round too, once each', async () => {
    const { sweep, digests } = await released('v1', 'v2')
    const [first, second] = digests as [Digest, Digest]
    await world.remove(sweep.path, first)
    await world.remove(sweep.path, 'v2')

    await tellDeleted(world, sweep, { tag: 'v2' }, bob)
    await tellDeleted(world, sweep, { digest: first }, alice)

    expect(await actionsOf(sweep, second, 'v2')).toEqual(['tag-gone'])
    expect(await textOf(sweep, second, 'v2')).toContain(says(bob))
    expect(await actionsOf(sweep, first)).toEqual(['image-gone'])
    expect(await textOf(sweep, first)).toContain(says(alice))
  })

  it('is told of an image and of the tags that went with it, and not of one that went before', async () => {
    const { sweep, digests } = await released('v1')
    const [digest] = digests as [Digest]
    await world.push({ repository: sweep.path, tag: 'also', seed: 'x' })
    await sweep.release('first', { seed: 'x' })
    const { digest: shared } = await sweep.release('then', { seed: 'x' })
    await world.remove(sweep.path, 'first')
    await sweep.sync()
    sweep.pass(60)
    for (const one of [digest, shared]) await world.remove(sweep.path, one)
    await sweep.sync()

    sweep.pass(2)
    await tellDeleted(world, sweep, { digest: shared }, bob)

    const of = shared as Digest
    expect(await actionsOf(sweep, of)).toEqual(['image-gone', 'deletion-told'])
    for (const tag of ['also', 'then']) expect(await textOf(sweep, of, tag)).toContain(says(bob))
    expect(await actionsOf(sweep, of, 'first')).toEqual(['tag-gone'])
    expect(await actionsOf(sweep, digest)).toEqual(['image-gone'])
  })

  it('is told once, however often the event comes, and by whomever it is repeated', async () => {
    const { sweep, digests } = await released('v1')
    const [digest] = digests as [Digest]
    await world.remove(sweep.path, digest)
    await sweep.sync()

    for (const by of [alice, alice, bob]) {
      sweep.pass(2)
      await tellDeleted(world, sweep, { digest }, by)
      await tellDeleted(world, sweep, { tag: 'v1' }, by)
    }

    expect(await actionsOf(sweep, digest)).toEqual(['image-gone', 'deletion-told'])
    expect(await actionsOf(sweep, digest, 'v1')).toEqual(['tag-gone', 'deletion-told'])
    expect(await textOf(sweep, digest)).not.toContain(says(bob))
  })

  it('is told whole, wherever the one that notes it is killed', async () => {
    for (let steps = 1; ; steps++) {
      const { sweep, digests } = await released('v1')
      const [digest] = digests as [Digest]
      await world.remove(sweep.path, digest)
      await sweep.sync()
      const hint = { registry: world.host, repository: sweep.path, told: [{ by: { name: 'bob' }, digests: [digest] }] }
      const kill = createKillPoint(steps)
      const killed = await noteTold(hint, { store: kill.wrap(world.store), now: sweep.now }).then(
        () => false,
        error => error instanceof KilledError,
      )

      await noteTold(hint, { store: world.store, now: sweep.now })

      for (const tag of [undefined, 'v1'])
        expect((await actionsOf(sweep, digest, tag)).filter(action => action === 'deletion-told')).toHaveLength(1)
      if (!killed) {
        expect(steps).toBeGreaterThan(4)
        return
      }
    }
  })
})

describe('an event that comes late is not taken for', () => {
  it('what a sweep deleted', async () => {
    const { sweep, digests } = await released('v1', 'v2')
    const [digest] = digests as [Digest]
    sweep.policy()
    await sweep.sweep()

    await tellDeleted(world, sweep, { digest }, bob)
    await tellDeleted(world, sweep, { tag: 'v1' }, bob)

    expect(await sweep.image(digest)).toMatchObject({ goneAt: expect.any(Date) })
    expect(await textOf(sweep, digest)).not.toContain('event')
    expect(await textOf(sweep, digest, 'v1')).not.toContain('event')
  })

  it('a tag that is back, or that nobody knows', async () => {
    const { sweep, digests } = await released('v1')
    const [digest] = digests as [Digest]
    await world.remove(sweep.path, 'v1')
    await sweep.sync()
    const { digest: now } = await sweep.release('v1', { seed: 'again' })

    await tellDeleted(world, sweep, { tag: 'v1' }, bob)
    await tellDeleted(world, sweep, { tag: 'unknown' }, bob)

    expect(await world.store.findTag(sweep.repository, 'v1')).toMatchObject({ digest: now })
    expect(await world.store.findTag(sweep.repository, 'unknown')).toBeUndefined()
    expect(await actionsOf(sweep, digest, 'v1')).toEqual(['tag-gone'])
  })

  it.each(['same', 'another'])('a second end of what came back, as %s digest', async as => {
    const { sweep } = await released()
    const { digest } = await sweep.release('v1', { seed: 'first' })
    await world.remove(sweep.path, digest)
    await sweep.sync()
    sweep.pass(60)
    const { digest: again } = await sweep.release('v1', { seed: as === 'same' ? 'first' : 'second' })
    await world.remove(sweep.path, again)
    await sweep.sync()

    sweep.pass(2)
    await tellDeleted(world, sweep, { tag: 'v1' }, bob)
    await tellDeleted(world, sweep, { digest }, bob)

    expect(await actionsOf(sweep, again as Digest, 'v1')).not.toContain('deletion-told')
    // The first digest never came back as the second.
    expect(await actionsOf(sweep, digest as Digest)).toEqual(
      as === 'same' ? ['image-gone', 'image-gone'] : ['image-gone', 'deletion-told'],
    )
  })

  it('what went more than a day before', async () => {
    const { sweep, digests } = await released('v1')
    const [digest] = digests as [Digest]
    await world.remove(sweep.path, digest)
    await sweep.sync()
    sweep.pass(86_401)

    await tellDeleted(world, sweep, { digest }, bob)

    expect(await actionsOf(sweep, digest)).toEqual(['image-gone'])
  })
})
