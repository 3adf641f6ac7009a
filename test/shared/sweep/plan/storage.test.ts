import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { cleanup, createPlanFixture, type PlanFixture } from '../../../support/plan-fixture.ts'
import { digestOf } from '../../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const blobs = (...names: string[]) => ({ blobs: names.map(name => ({ digest: digestOf(name), sizeBytes: 50 })) })

/** Five versions of 50 bytes each on a base of 50: 300 bytes, of which a policy keeps the newest; never due by time. */
async function stored(capacityBytes?: number, spec: object = {}): Promise<PlanFixture> {
  const plan = createPlanFixture(local.store, capacityBytes)
  await plan.synced(plan.path, { storedBytes: 300 })
  for (const name of ['v1', 'v2', 'v3', 'v4', 'v5']) await plan.holds(name, blobs('base', `${plan.path} ${name}`))
  plan.track()
  plan.cluster.put('ImageCleanupPolicy', 'cleanup', { ...cleanup, storageThresholdPercent: 80, ...spec })
  return plan
}

const all = ['v1', 'v2', 'v3', 'v4', 'v5']

describe('95 105 a policy with storageThresholdPercent', () => {
  it('starts a run without a schedule when a registry is that full, and marks the least used down to the low watermark', async () => {
    const plan = await stored(350)

    await plan.plan()

    // 300 of 350 bytes are 85 %; 70 % are 245 bytes, which two images of 50 bytes reach.
    expect(await plan.marked(...all)).toEqual(['v1', 'v2'])
    expect(plan.status().lastRun).toMatchObject({ trigger: 'StoragePressure', result: 'Running' })
    expect(plan.condition('StoragePressure')).toMatchObject({
      status: 'True',
      reason: 'AboveThreshold',
      message: 'registry.example.com holds 85 % of 350 bytes; spec.storageThresholdPercent is 80',
    })
  })

  it('counts what the registry counts of a part of it, where the settings give no capacity', async () => {
    const plan = createPlanFixture(local.store)
    // Another's repositories fill the rest of the project.
    const [scope = ''] = plan.path.split('/')
    await plan.synced(plan.path, { storedBytes: 300, quota: { scope, usedBytes: 850, capacityBytes: 1000 } })
    for (const name of all) await plan.holds(name, blobs('base', `${plan.path} ${name}`))
    plan.track()
    plan.cluster.put('ImageCleanupPolicy', 'cleanup', { ...cleanup, storageThresholdPercent: 80 })

    await plan.plan()

    // 150 bytes are to go, which three images of 50 reach.
    expect(await plan.marked(...all)).toEqual(['v1', 'v2', 'v3'])
    expect(plan.condition('StoragePressure')).toMatchObject({
      message: `registry.example.com/${scope} holds 85 % of 1000 bytes; spec.storageThresholdPercent is 80`,
    })
  })

  it('takes what was pulled lately last', async () => {
    const plan = await stored(350)
    const image = await plan.image('v1')
    if (image) await local.store.saveImage({ ...image, pulledAt: plan.now() }, image)

    await plan.plan()

    expect(await plan.marked(...all)).toEqual(['v2', 'v3'])
  })

  it('hands only what it chose to execution, and marks no more while it waits', async () => {
    const plan = await stored(350)
    await plan.plan()
    plan.pass(3600)

    expect(await plan.plan()).toHaveLength(1)
    expect(await plan.marked(...all)).toEqual(['v1', 'v2'])
  })

  it('does nothing below the threshold, and reads no image for it', async () => {
    const plan = await stored(400)
    const { listImages } = local.store
    local.store.listImages = () => Promise.reject(new Error('expected nobody to list images'))

    await plan.plan()

    local.store.listImages = listImages
    expect(await plan.marked(...all)).toEqual([])
    expect(plan.status()).not.toHaveProperty('lastRun')
    expect(plan.condition('StoragePressure')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('holds at most 75 % of 400 bytes'),
    })
  })

  it('counts a layer once that repositories share, where their sum would exceed the threshold', async () => {
    const plan = await stored(400)
    const other = `${plan.path}-other`
    await plan.synced(other, { storedBytes: 100 })
    await plan.holds('v1', blobs('base'), other)
    plan.track(other)

    await plan.plan()

    expect(await plan.marked(...all)).toEqual([])
    expect(plan.condition('StoragePressure')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('holds 75 % of 400 bytes'),
    })
  })

  it('says that it needs a capacity, and starts nothing without', async () => {
    const plan = await stored()

    await plan.plan()

    expect(await plan.marked(...all)).toEqual([])
    expect(plan.condition('StoragePressure')).toMatchObject({
      status: 'Unknown',
      reason: 'CapacityUnknown',
      message: expect.stringContaining('give its capacityBytes in the settings'),
    })
  })

  it('starts nothing that could free nothing, and looks again after an hour', async () => {
    const plan = await stored(350, { keepRecent: 5 })
    await plan.plan()
    expect(plan.status()).not.toHaveProperty('lastRun')
    plan.change({ storageThresholdPercent: 80 })
    plan.pass(3599)
    await plan.plan()
    expect(await plan.marked(...all)).toEqual([])

    plan.pass(1)
    await plan.plan()

    expect(await plan.marked(...all)).toEqual(['v1', 'v2'])
  })

  it('starts nothing where it may not delete in the registry', async () => {
    const plan = await stored(350, { targets: ['Configuration'] })

    await plan.plan()

    expect(await plan.marked(...all)).toEqual([])
    expect(plan.status()).not.toHaveProperty('lastRun')
  })

  it('starts no second run while one is under way, and another at once when the last one freed something', async () => {
    const plan = await stored(350)
    await plan.plan()
    for (let round = 0; round < 3; round++) {
      plan.pass(300)
      await plan.plan()
    }
    const record = await plan.record()
    expect(record?.runs).toHaveLength(1)
    for (const name of ['v1', 'v2']) {
      const image = await plan.image(name)
      if (!image) continue
      const { mark: _, ...rest } = image
      await local.store.saveImage({ ...rest, goneAt: plan.now() }, image)
      const tag = await local.store.findTag(plan.repository, name)
      if (tag) await local.store.saveTag({ ...tag, goneAt: plan.now() }, tag)
    }
    if (!record) throw new Error('expected a record')
    const runs = record.runs.map(run => ({ ...run, freedBytes: 100, deleted: 2 }))
    await local.store.savePolicy({ ...record, runs, wakeAt: plan.now() }, record)

    await plan.plan()
    expect(plan.status().lastRun).toMatchObject({ result: 'Success', freedBytes: 100 })
    plan.pass(60)
    await plan.plan()

    expect(plan.condition('StoragePressure')).toMatchObject({ status: 'False', reason: 'BelowThreshold' })
    expect((await plan.record())?.storage?.registries).toMatchObject([{ storedBytes: 200, exact: true }])
  })

  it('leaves storage alone while it is suspended', async () => {
    const plan = await stored(350, { suspend: true })

    await plan.plan()

    expect(await plan.marked(...all)).toEqual([])
  })
})

describe('a dry run', () => {
  it('says what it would free, by repository, namespace and registry, a shared layer never', async () => {
    const plan = await stored(undefined, { dryRun: true, schedule: '0 * * * *' })
    plan.pass(1)

    await plan.plan()

    expect(plan.status().lastRun).toMatchObject({
      result: 'Success',
      dryRun: true,
      freedBytes: 200,
      freed: {
        byRepository: [{ repository: plan.repository, bytes: 200 }],
        byNamespace: [{ namespace: 'team', bytes: 200 }],
        byRegistry: [{ registry: 'registry.example.com', bytes: 200 }],
      },
    })
  })
})
