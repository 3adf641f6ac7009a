import { afterAll, beforeAll, expect, it } from 'vitest'
import { UnavailableError } from '../../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createMemoryCluster } from '../../../support/memory-cluster.ts'
import { createSweepFixture, policySpec, type SweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** v1 is to be deleted and marked, its grace is over, and the request to delete it is on its way. */
async function aboutToDelete(sweep: SweepFixture = createSweepFixture(world)) {
  sweep.policy()
  sweep.trackWhole()
  const old = await sweep.release('v1')
  const kept = await sweep.release('v2')
  return { sweep, old, kept, request: await sweep.ripen() }
}

it('F13 keeps an image that a workload began to use by digest between plan and execution, and lifts its mark', async () => {
  const { sweep, old, request } = await aboutToDelete()
  sweep.cluster.run('web', `${sweep.repository}@${old.digest}`)

  await sweep.execute(request)
  sweep.pass(900)
  await sweep.sweep(1)

  expect(await sweep.tag('v1')).toBe(old.digest)
  expect(await sweep.image(old.digest)).not.toHaveProperty('mark')
})

it('F13 I6 keeps an image that is used by its tag, by its digest alone, or by both', async () => {
  for (const spell of [
    (repository: string) => `${repository}:v1`,
    (_: string, digest: string) => digest,
    (repository: string, digest: string) => `${repository}:v1@${digest}`,
    (repository: string, digest: string) => `${repository}:moved-since@${digest}`,
  ]) {
    const { sweep, old, request } = await aboutToDelete()
    sweep.cluster.run('web', spell(sweep.repository, old.digest))

    await sweep.execute(request)

    expect(await sweep.holds(old.digest)).toBe(true)
  }
})

it('F12 keeps a digest to delete that a tag was moved onto', async () => {
  const sweep = createSweepFixture(world)
  const { old, request } = await aboutToDelete(sweep)
  await world.push({ repository: sweep.path, tag: 'v3', seed: `${sweep.path}:v1` })

  await sweep.execute(request)

  expect(await sweep.tag('v3')).toBe(old.digest)
  expect(await sweep.holds(old.digest)).toBe(true)
})

it('F12 keeps a digest that a tag was moved onto after the registry was read afresh', async () => {
  const { sweep, old, request } = await aboutToDelete()
  const putManifest = sweep.archive.putManifest
  sweep.archive.putManifest = async entry => {
    await world.push({ repository: sweep.path, tag: 'v3', seed: `${sweep.path}:v1` })
    await putManifest(entry)
  }

  await sweep.execute(request)

  expect(await sweep.tag('v3')).toBe(old.digest)
})

it('F12 keeps a tag to delete that was pushed anew with another content', async () => {
  const { sweep, old, request } = await aboutToDelete()
  const fresh = await world.push({ repository: sweep.path, tag: 'v1', seed: 'new content' })

  await sweep.execute(request)

  expect(await sweep.tag('v1')).toBe(fresh.digest)
  expect(fresh.digest).not.toBe(old.digest)
})

it('F14 keeps the children of an index that was pushed meanwhile', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const platforms = ['linux/amd64', 'linux/arm64']
  const old = await sweep.release('v1', { seed: 'shared', platforms })
  await sweep.release('v2')
  const [child] = old.children
  if (!child) throw new Error('expected children')
  await world.push({ repository: sweep.path, tag: 'v3', seed: 'shared', platforms: ['linux/arm64', 'linux/amd64'] })
  await sweep.sync()

  await sweep.sweep()

  expect(await sweep.holds(old.digest)).toBe(false)
  expect(await sweep.holds(child.digest)).toBe(true)
})

it('F35 marks anew, with a new grace, when the policy changed between mark and delete', async () => {
  const { sweep, old, request } = await aboutToDelete()
  sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { ...policySpec, gracePeriod: '90m' } })

  await sweep.execute(request)
  expect(await sweep.holds(old.digest)).toBe(true)
  sweep.rerun('2')
  await sweep.sweep(3)

  expect(await sweep.tag('v1')).toBe(old.digest)
  sweep.pass(2 * 3600)
  await sweep.sweep(2)
  expect(await sweep.tag('v1')).toBeUndefined()
})

it.each([
  ['suspended', { suspend: true }],
  ['put on dry run', { dryRun: true }],
  ['made to keep more', { keepRecent: 2 }],
])('F35 deletes nothing when the policy was %s meanwhile', async (_, change) => {
  const { sweep, old, request } = await aboutToDelete()
  sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { ...policySpec, ...change } })

  await sweep.execute(request)

  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('F37 deletes nothing with the kill switch on', async () => {
  const { sweep, old, request } = await aboutToDelete()
  sweep.killSwitch.on = true

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0, message: 'stopped by the kill switch' })
  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('F37 marks nothing with the kill switch on', async () => {
  const sweep = createSweepFixture(world)
  sweep.killSwitch.on = true
  sweep.policy()
  sweep.trackWhole()
  const old = await sweep.release('v1')
  await sweep.release('v2')

  await sweep.sweep()

  expect(await sweep.image(old.digest)).not.toHaveProperty('mark')
})

it('F28 deletes nothing while one of two clusters is not reached', async () => {
  const far = createMemoryCluster('us-1')
  const { sweep, old, request } = await aboutToDelete(createSweepFixture(world, [createMemoryCluster('eu-2'), far]))
  far.listWorkloads = async () => {
    throw new UnavailableError('no route', { kind: 'network' })
  }

  const result = await sweep.execute(request)

  expect(result.message).toContain('kept everything: cluster us-1')
  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('F28 marks nothing while one of two clusters is not reached', async () => {
  const far = createMemoryCluster('us-1')
  far.listWorkloads = async () => {
    throw new UnavailableError('no route', { kind: 'network' })
  }
  const sweep = createSweepFixture(world, [createMemoryCluster('eu-3'), far])
  sweep.policy()
  sweep.trackWhole()
  const old = await sweep.release('v1')
  await sweep.release('v2')

  await sweep.sweep()

  expect(await sweep.image(old.digest)).not.toHaveProperty('mark')
})

it('F17 deletes nothing when the registry cannot be read afresh', async () => {
  const { sweep, old, request } = await aboutToDelete()
  world.intercept(() => new Response(null, { status: 503 }))
  const result = await sweep.execute(request).finally(() => world.intercept(undefined))

  expect(result.message).toContain('kept everything: the registry could not be read')
  expect(await sweep.tag('v1')).toBe(old.digest)
})
