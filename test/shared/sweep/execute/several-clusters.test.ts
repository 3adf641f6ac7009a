import { afterAll, beforeAll, expect, it } from 'vitest'
import { AccessDeniedError, UnavailableError } from '../../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createMemoryCluster } from '../../../support/memory-cluster.ts'
import { createSweepFixture, policySpec } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

let pairs = 0
/** Two clusters; v1 is to be deleted by a policy of the first, its grace is over, the request to delete it is on its way. */
async function aboutToDelete() {
  pairs += 1
  const far = createMemoryCluster(`far-${pairs}`)
  const sweep = createSweepFixture(world, [createMemoryCluster(`near-${pairs}`), far])
  sweep.policy()
  sweep.trackWhole()
  const old = await sweep.release('v1')
  await sweep.release('v2')
  const trackFar = () => far.put('Repository', 'app', { repository: sweep.path, registryRef: { name: 'registry' } })
  return { sweep, far, old, trackFar, request: await sweep.ripen() }
}

it('F28 F35 keeps what a policy of another cluster began to keep between mark and delete, and lifts its mark', async () => {
  const { sweep, far, old, trackFar, request } = await aboutToDelete()
  trackFar()
  far.put('ImageCleanupPolicy', 'ours', { ...policySpec, keepTags: ['v1'] })

  await sweep.execute(request)
  expect(await sweep.tag('v1')).toBe(old.digest)
  sweep.pass(900)
  await sweep.sweep(1)

  expect(await sweep.image(old.digest)).not.toHaveProperty('mark')
})

it('B19 keeps what a policy of its own cluster may keep that became unreadable between mark and delete', async () => {
  const { sweep, old, request } = await aboutToDelete()
  sweep.cluster.put('ImageCleanupPolicy', 'broken', { keepRecent: -1 })

  await sweep.execute(request)

  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('B19 keeps what a policy of another cluster may keep that became unreadable between mark and delete', async () => {
  const { sweep, far, old, trackFar, request } = await aboutToDelete()
  trackFar()
  far.put('ImageCleanupPolicy', 'broken', { keepRecent: -1 })

  await sweep.execute(request)

  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('F28 deletes nothing while the policies of another cluster cannot be read, and says so in the run', async () => {
  const { sweep, far, old, request } = await aboutToDelete()
  const { listObjects } = far
  far.listObjects = () => Promise.reject(new UnavailableError('no route', { kind: 'network' }))

  const result = await sweep.execute(request)

  const message = `kept everything: cluster ${far.name} cannot be read: no route`
  expect(result).toMatchObject({ deleted: 0, message })
  expect(await sweep.tag('v1')).toBe(old.digest)
  expect((await world.store.findPolicy(`${sweep.cluster.name}/team/cleanup`))?.runs[0]?.message).toBe(
    `kept everything in ${sweep.repository}: cluster ${far.name} cannot be read: no route`,
  )
  far.listObjects = listObjects
  expect(await sweep.execute(request)).toMatchObject({ deleted: 1 })
})

it.each(['near', 'far'] as const)("F47 deletes nothing once the %s cluster is another installation's", async which => {
  const { sweep, far, old, request } = await aboutToDelete()
  const given = which === 'near' ? sweep.cluster : far
  given.requireOwn = () => Promise.reject(new AccessDeniedError('belongs to installation 1/eu/dev'))

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 0, message: expect.stringContaining('belongs to installation 1/eu/dev') })
  expect(await sweep.tag('v1')).toBe(old.digest)
  given.requireOwn = async () => undefined
  expect(await sweep.execute(request)).toMatchObject({ deleted: 1 })
})

it('deletes what another cluster tracks and no policy there covers', async () => {
  const { sweep, trackFar, request } = await aboutToDelete()
  trackFar()

  await sweep.execute(request)

  expect(await sweep.tag('v1')).toBeUndefined()
})

it('F28 keeps what a policy of another cluster begins to keep while the delete is prepared', async () => {
  const { sweep, far, old, trackFar, request } = await aboutToDelete()
  sweep.moments.onceBefore('putManifest', () => {
    trackFar()
    far.put('ImageCleanupPolicy', 'ours', { ...policySpec, keepTags: ['v1'] })
  })

  await sweep.execute(request)

  expect(await sweep.tag('v1')).toBe(old.digest)
})
