import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'
import { recordingBus } from '../../../support/webhook-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterEach(() => world.intercept(undefined))
afterAll(() => world.close())

it('tells that the objects of the repository have news', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  for (const tag of ['v1', 'v2']) sweep.track(tag)
  await sweep.release('v1')
  await sweep.release('v2')
  const { events, published } = recordingBus()

  await sweep.execute(await sweep.ripen(), undefined, { events })

  expect(published).toEqual([{ type: 'RepositorySynced', registry: world.host, repository: sweep.path }])
})

it('deletes what is to be deleted after its grace: tag, digest and object, archived first', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  for (const tag of ['v1', 'v2']) sweep.track(tag)
  const old = await sweep.release('v1')
  await sweep.release('v2')

  await sweep.sweep()

  expect(await sweep.tag('v1')).toBeUndefined()
  expect(await sweep.holds(old.digest)).toBe(false)
  expect(await sweep.tag('v2')).toBeDefined()
  expect(sweep.cluster.get('Repository', 'app-v1')).toBeUndefined()
  expect(sweep.cluster.get('Repository', 'app-v2')).toBeDefined()
  expect(sweep.archive.entries.get(old.digest)?.graph.tags).toEqual(['v1'])
  expect((await sweep.image(old.digest))?.goneAt).toBeDefined()
  expect(sweep.cluster.get('ImageCleanupPolicy', 'cleanup')?.status.lastRun).toMatchObject({
    result: 'Success',
    deleted: 1,
    failed: 0,
  })
})
