import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture, type SweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterEach(() => world.intercept(undefined))
afterAll(() => world.close())

/** v1 is to be deleted and v2 is kept, each tracked by an object of its own. */
async function released(spec: object = {}) {
  const sweep = createSweepFixture(world)
  sweep.policy(spec)
  const old = await sweep.release('v1')
  for (const tag of ['v1', 'v2']) sweep.track(tag)
  await sweep.release('v2')
  return { sweep, digest: old.digest }
}

const actionsOf = async (sweep: SweepFixture, digest: `sha256:${string}`) =>
  (await world.store.listHistory(sweep.repository, digest))
    .filter(entry => entry.tag === undefined)
    .map(entry => entry.action)

describe('after a sweep an image is in Cleanup no more', () => {
  it('where only its object was deleted, and the trail says that it was only that', async () => {
    const { sweep, digest } = await released({ targets: ['Configuration'] })

    await sweep.sweep()

    expect(sweep.cluster.get('Repository', 'app-v1')).toBeUndefined()
    expect(await sweep.holds(digest)).toBe(true)
    expect(await sweep.image(digest)).toMatchObject({
      stage: 'Maintenance',
      change: { action: 'object-deleted', reason: 'not among the newest 1' },
    })
    expect(await sweep.image(digest)).not.toHaveProperty('mark')
    expect(await actionsOf(sweep, digest)).not.toContain('deleted')
  })

  it('where only a tag was deleted, since another that nothing covers is on the digest', async () => {
    const { sweep, digest } = await released()
    await world.push({ repository: sweep.path, tag: 'outside', seed: `${sweep.path}:v1` })
    await sweep.sync()

    await sweep.sweep()

    expect(await sweep.listTags()).toEqual(['outside', 'v2'])
    expect(await sweep.image(digest)).toMatchObject({ stage: 'Maintenance', change: { action: 'deleted' } })
    expect(await sweep.image(digest)).not.toHaveProperty('goneAt')
  })

  it('where the whole of it was deleted', async () => {
    const { sweep, digest } = await released()

    await sweep.sweep()

    expect(await sweep.image(digest)).toMatchObject({ goneAt: expect.any(Date), stage: 'Maintenance' })
  })

  it('where the registry refused, so that the image is gone by a later look and its signatures know whose it was', async () => {
    const { sweep, digest } = await released()
    const request = await sweep.ripen()
    world.intercept(asked => (asked.method === 'DELETE' ? new Response('no', { status: 500 }) : undefined))

    await sweep.execute(request)

    expect(await sweep.image(digest)).toMatchObject({
      stage: 'Maintenance',
      change: { action: 'delete-failed' },
      begunBy: `${sweep.cluster.name}/team/cleanup`,
    })
  })
})

it('an image is in Use where a workload and a tag came to it while a sweep had it in hand', async () => {
  const { sweep, digest } = await released()
  const request = await sweep.ripen()
  sweep.moments.onceBefore('putManifest', async () => {
    await world.push({ repository: sweep.path, tag: 'v1-again', seed: `${sweep.path}:v1` })
    sweep.cluster.run('web', `${sweep.repository}:v1-again`)
    // The second look takes no listing of the cluster for its own that is older.
    sweep.pass(121)
  })

  await sweep.execute(request)

  expect(await sweep.image(digest)).toMatchObject({ stage: 'Use', change: { action: 'mark-lifted' } })
  expect(await sweep.image(digest)).not.toHaveProperty('mark')
})

it('goes on with a record that an earlier version had marked and begun with', async () => {
  const { sweep, digest } = await released()
  const request = await sweep.ripen()
  const image = await sweep.image(digest)
  if (!image?.mark) throw new Error('expected a mark')
  const deletion = { runId: image.mark.runId, startedAt: sweep.now(), tags: ['v1'] }
  const change = { ...image.change, id: 'begun', action: 'deletion-started' as const }
  await world.store.saveImage({ ...image, deletion, change }, image)

  await sweep.execute(request)

  expect(await sweep.holds(digest)).toBe(false)
  expect(await sweep.image(digest)).toMatchObject({ goneAt: expect.any(Date), change: { action: 'deleted' } })
})
