import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manualSyncAnnotation } from '../../../shared/reconcile/annotations.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { isMet, startSynced } from '../../support/synced-tenant.ts'
import { createTenants } from '../../support/tenants-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

type Synced = Awaited<ReturnType<typeof startSynced>>

const objectOf = ({ cluster }: Synced, name = 'app') =>
  cluster.get('Repository', name, 'shop') ?? expect.fail('expected the object')

/** As `kubectl patch` does. */
const patch = (tenants: Synced, change: object, name = 'app') =>
  tenants.cluster.change(
    'Repository',
    name,
    { spec: { ...(objectOf(tenants, name).spec as object), ...change } },
    'shop',
  )

/** Other RegistrySecrets of the namespace: one that leads to the same, and one of a host where nothing answers. */
async function startReferring() {
  const tenants = await startSynced(world, {}, { isAnonymous: true })
  tenants.cluster.put('RegistrySecret', 'same', { domain: world.host }, { namespace: 'shop' })
  tenants.cluster.put('RegistrySecret', 'dead', { domain: 'dead.example.com' }, { namespace: 'shop' })
  tenants.made.length = 0
  return tenants
}

/** Nothing meets a wait but a read that is made after the tag moved. */
async function expectNewRead(tenants: Synced, moved: string) {
  const { look, work, status, condition } = tenants
  expect(isMet(tenants, 'shop')).toBe(false)
  await look()
  expect(condition('shop')).toMatchObject({ status: 'Unknown', reason: 'Syncing' })
  await look()
  expect(isMet(tenants, 'shop')).toBe(false)

  await work()
  await look()

  expect(isMet(tenants, 'shop')).toBe(true)
  expect(status('shop')).toMatchObject({ digest: moved, syncStatus: 'Success' })
}

describe('a wait right after a change of the spec', () => {
  it.each([
    ['registryRef, to a RegistrySecret of the same credential', { registryRef: { name: 'same' } }],
    ['registryRef, that names its own namespace', { registryRef: { name: 'registry', namespace: 'shop' } }],
    ['syncInterval', { syncInterval: '25h' }],
    ['timeout', { timeout: '3m' }],
  ])('of %s is met by a read that was made for it', async (_, change) => {
    const tenants = await startReferring()
    const moved = await tenants.move('moved')

    patch(tenants, change)

    await expectNewRead(tenants, moved)
    expect(new Set(tenants.made.map(({ attempt }) => attempt)).size).toBe(1)
    expect(tenants.made[0]).toMatchObject({ trigger: 'SpecChange' })
  })

  it.each([0, 1, 2])('that leads over a registry that fails and back is too, after %i looks at that', async looks => {
    const tenants = await startReferring()
    patch(tenants, { registryRef: { name: 'dead' } })
    for (let time = 0; time < looks; time++) {
      await tenants.look()
      await tenants.work()
    }
    const moved = await tenants.move('moved')

    patch(tenants, { registryRef: { name: 'registry' } })

    await expectNewRead(tenants, moved)
  })

  it('is met by one read where an annotation came with it', async () => {
    const tenants = await startReferring()
    const moved = await tenants.move('moved')
    patch(tenants, { syncInterval: '25h' })
    tenants.annotate('shop', 'now')

    await tenants.look()
    await tenants.work()
    await tenants.look()
    await tenants.work()

    expect(isMet(tenants, 'shop')).toBe(true)
    expect(tenants.status('shop')).toMatchObject({ digest: moved })
    expect(tenants.made).toMatchObject([{ trigger: 'Manual' }])
  })
})

it.each([0, 1, 2])(
  'an object whose RegistrySecret led elsewhere and back is read anew, after %i looks',
  async looks => {
    const tenants = await startReferring()
    const { cluster, look, work, move, status, condition } = tenants
    const lead = (domain: string) => cluster.change('RegistrySecret', 'registry', { spec: { domain } }, 'shop')
    lead('dead.example.com')
    await look()
    for (let time = 0; time < looks; time++) {
      await work()
      await look()
    }
    const moved = await move('moved')

    lead(world.host)
    await look()
    expect(condition('shop')).toMatchObject({ status: 'Unknown', reason: 'Syncing' })
    await work()
    for (let time = 0; time < 3; time++) {
      await look()
      await work()
    }

    expect(status('shop')).toMatchObject({ digest: moved, syncStatus: 'Success' })
    expect(tenants.made.filter(({ registry }) => registry === world.host)).toMatchObject([{ trigger: 'SpecChange' }])
  },
)

it('a change of one object makes none that shares its syncs wait, and of both one read', async () => {
  const tenants = await startReferring()
  const { cluster, path, look, work, tick, made } = tenants
  const spec = { repository: path, registryRef: { name: 'registry' }, syncInterval: '24h' }
  cluster.put('Repository', 'whole', spec, { namespace: 'shop' })
  await tick()
  await tick()
  made.length = 0
  const conditionsOf = (name: string) => objectOf(tenants, name).status.conditions

  patch(tenants, { retryCount: 1 })
  await look()
  expect(conditionsOf('app')).toContainEqual(expect.objectContaining({ type: 'Synced', status: 'Unknown' }))
  expect(conditionsOf('whole')).toContainEqual(expect.objectContaining({ type: 'Synced', status: 'True' }))
  await work()
  await look()
  for (const name of ['app', 'whole']) patch(tenants, { retryCount: 2 }, name)
  await tick()
  await tick()

  expect(made).toHaveLength(2)
  for (const name of ['app', 'whole'])
    expect(conditionsOf(name)).toContainEqual(
      expect.objectContaining({
        type: 'Synced',
        status: 'True',
        observedGeneration: objectOf(tenants, name).metadata.generation,
      }),
    )
})

describe('a suspended object', () => {
  it('says so at the first look at it', async () => {
    const tenants = createTenants(world)
    tenants.join('shop', { tag: 'v1', suspend: true })

    await tenants.tick()

    expect(tenants.made).toEqual([])
    expect(tenants.condition('shop')).toMatchObject({
      status: 'Unknown',
      reason: 'Pending',
      message: expect.stringContaining('spec.suspend is true'),
    })
    for (const type of ['Stalled', 'InUse', 'CleanupCandidate']) expect(tenants.condition('shop', type)).toBeDefined()
  })

  it('says so, keeps what was read, and is read when it is taken up again', async () => {
    const tenants = await startReferring()
    const { look, work, made, status, condition, digest, move } = tenants
    patch(tenants, { suspend: true })
    await look()
    await work()
    expect(made).toEqual([])
    expect(condition('shop')).toMatchObject({ status: 'Unknown', message: expect.stringContaining('spec.suspend') })
    expect(status('shop')).toMatchObject({ digest })
    const moved = await move('moved')

    patch(tenants, { suspend: false })

    await expectNewRead(tenants, moved)
  })

  it('is read as it was asked by hand, though it was changed before that', async () => {
    const tenants = await startReferring()
    const { look, lose, work, status, move, annotate } = tenants
    patch(tenants, { suspend: true })
    annotate('shop', 'now')
    await look()
    lose()
    const moved = await move('moved')
    patch(tenants, { syncInterval: '25h' })

    await look()
    await work()
    await look()

    expect(status('shop')).toMatchObject({ digest: moved })
    expect(isMet(tenants, 'shop')).toBe(true)
  })
})

describe.each(['', '.1234'])(
  'an object that a version before told of, whose asks named no generation, with "%s"',
  version => {
    const startBefore = async () => {
      const tenants = await startReferring()
      const { cluster, status, saveSync } = tenants
      const [reader] = String(status('shop').answeredSync).split('.g')
      await saveSync({ answered: [`${reader}${version}`] })
      await cluster.applyStatus(objectOf(tenants), { ...status('shop'), answeredSync: `${reader}${version}` })
      return tenants
    }

    it('is neither asked anew nor made to wait nor written, while nothing changes', async () => {
      const tenants = await startBefore()
      const { look, work, made } = tenants
      const { resourceVersion } = objectOf(tenants).metadata

      for (let time = 0; time < 2; time++) {
        await look()
        await work()
      }

      expect(isMet(tenants, 'shop')).toBe(true)
      expect(made).toEqual([])
      expect(objectOf(tenants).metadata.resourceVersion).toBe(resourceVersion)
    })

    it.each([
      ['changed', (tenants: Synced) => patch(tenants, { timeout: '3m' }), 'SpecChange'],
      ['changed while it is suspended', changedInSuspension, 'SpecChange'],
      ['annotated', (tenants: Synced) => tenants.annotate('shop', 'now'), 'Manual'],
      ['annotated without a count', annotatedUncounted, 'Manual'],
    ])('is read anew when it is %s', async (_, act, trigger) => {
      const tenants = await startBefore()
      const moved = await tenants.move('moved')

      await act(tenants)
      for (let time = 0; time < 3; time++) await tenants.tick()

      expect(tenants.status('shop')).toMatchObject({ digest: moved })
      expect(tenants.made).toMatchObject([{ trigger }])
    })
  },
)

async function changedInSuspension(tenants: Synced) {
  patch(tenants, { suspend: true })
  await tenants.tick()
  await tenants.tick()
  patch(tenants, { suspend: false })
}

const annotatedUncounted = ({ cluster }: Synced) =>
  cluster.change('Repository', 'app', { annotations: { [manualSyncAnnotation]: 'now' } }, 'shop')
