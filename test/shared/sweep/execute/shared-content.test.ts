import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, signatureTag, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

it('I3 keeps a digest whose one tag is to be deleted and whose other tag no object brings into the scope', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  for (const tag of ['v1', 'v2']) sweep.track(tag)
  const old = await sweep.release('v1', { seed: 'shared' })
  await sweep.release('mine', { seed: 'shared' })
  await sweep.release('v2')

  await sweep.sweep()

  expect(await sweep.tag('mine')).toBe(old.digest)
  expect(await sweep.tag('v2')).toBeDefined()
})

it('I3 keeps a digest of which another policy keeps one tag', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.cluster.put('ImageCleanupPolicy', 'other', { keepRecent: 1, keepTags: ['v1'] })
  sweep.trackWhole()
  const old = await sweep.release('v1')
  await sweep.release('v2')

  await sweep.sweep()

  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('I1 I2 keeps a child of an index that is to be deleted that is tagged elsewhere, and deletes its siblings', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy({ keepTags: ['arm'] })
  sweep.trackWhole()
  const old = await sweep.release('v1', { seed: 'multi', platforms: ['linux/amd64', 'linux/arm64'] })
  const arm = await sweep.release('arm', { seed: 'multi', platforms: ['linux/arm64'] })
  await sweep.release('v2')
  const [amd] = old.children

  await sweep.sweep(6)

  expect(old.children.map(child => child.digest)).toContain(arm.digest)
  expect(await sweep.holds(old.digest)).toBe(false)
  expect(await sweep.tag('arm')).toBe(arm.digest)
  expect(amd && (await sweep.holds(amd.digest))).toBe(false)
})

it('I4 I5 deletes signature and referrers with their subject, and keeps those of what stays', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const signed = async (tag: string) => {
    const image = await world.push({ repository: sweep.path, tag })
    const signature = await world.push({
      repository: sweep.path,
      tag: signatureTag(image.digest),
      seed: `signs ${tag}`,
    })
    const sbom = await world.push({ repository: sweep.path, seed: tag, artifactType: 'application/x', subject: image })
    await sweep.sync()
    sweep.pass(3600)
    return [image, signature, sbom]
  }
  const old = await signed('v1')
  const kept = await signed('v2')

  await sweep.sweep(6)

  for (const { digest } of old) expect(await sweep.holds(digest)).toBe(false)
  for (const { digest } of kept) expect(await sweep.holds(digest)).toBe(true)
})

it('a second sweep of the survivors deletes nothing', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  await sweep.release('v1')
  const kept = await sweep.release('v2')
  await sweep.sweep()

  sweep.rerun('2')
  await sweep.sweep()

  expect(await sweep.tag('v2')).toBe(kept.digest)
  expect(sweep.cluster.get('ImageCleanupPolicy', 'cleanup')?.status).toMatchObject({
    totalDeleted: 1,
    lastRun: { deleted: 0, failed: 0, result: 'Success' },
  })
})

it('only Configuration deletes the object and leaves the registry as it is', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy({ targets: ['Configuration'] })
  for (const tag of ['v1', 'v2']) sweep.track(tag)
  const old = await sweep.release('v1')
  await sweep.release('v2')

  await sweep.sweep()

  expect(await sweep.tag('v1')).toBe(old.digest)
  expect(sweep.cluster.get('Repository', 'app-v1')).toBeUndefined()
})

it('a dry run says what it would delete, and marks and deletes nothing', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy({ dryRun: true })
  sweep.trackWhole()
  const old = await sweep.release('v1')
  await sweep.release('v2')

  await sweep.sweep()

  expect(await sweep.image(old.digest)).not.toHaveProperty('mark')
  expect(sweep.cluster.get('ImageCleanupPolicy', 'cleanup')?.status.lastRun).toMatchObject({
    dryRun: true,
    items: [{ image: `${sweep.repository}:v1`, action: 'WouldDelete' }],
  })
})

it('F10 two executions of one request at once delete once', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const old = await sweep.release('v1')
  await sweep.release('v2')
  sweep.pass(120)
  await sweep.inventories()
  await sweep.plan()
  sweep.pass(120)
  await sweep.inventories()
  const [request] = await sweep.plan()
  if (!request) throw new Error('expected a request')

  const results = await Promise.all([sweep.execute(request), sweep.execute(request)])

  expect(results.map(result => result.deleted).sort()).toEqual([0, 1])
  expect(await sweep.holds(old.digest)).toBe(false)
  expect(await sweep.tag('v2')).toBeDefined()
})
