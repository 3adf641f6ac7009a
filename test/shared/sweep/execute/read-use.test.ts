import { afterAll, beforeAll, expect, it } from 'vitest'
import { UnavailableError } from '../../../../shared/errors.ts'
import type { Cluster } from '../../../../shared/ports/cluster.ts'
import type { SweepRequest } from '../../../../shared/ports/messaging.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createMemoryCluster } from '../../../support/memory-cluster.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

let places = 0
/** A repository of which an image is to be deleted, in a cluster that tells what changed: `looks` are the ages asked for. */
async function aboutToDelete() {
  places += 1
  const cluster = createMemoryCluster(`telling-${places}`)
  const looks: number[] = []
  const store = { ...world.store }
  /** Called before each look lists the workloads. */
  const before = { look: async (_: number) => {} }
  cluster.view = (maxAgeMs): Cluster => ({
    ...cluster,
    listWorkloads: async () => {
      looks.push(maxAgeMs)
      await before.look(looks.length)
      return cluster.listWorkloads()
    },
  })
  const sweep = createSweepFixture({ ...world, store }, [cluster], [], { isConfigured: host => host === world.host })
  sweep.trackWhole()
  sweep.policy()
  const old = await sweep.release('v1')
  await sweep.release('v2')
  const request: SweepRequest = await sweep.ripen()
  return { sweep, cluster, looks, before, store, old, request }
}

it('asks a cluster that tells changes in each look, and of later looks for nothing old', async () => {
  const { sweep, store, looks, request } = await aboutToDelete()
  let inventories = 0
  store.listClusterUsage = async name => {
    inventories += 1
    return world.store.listClusterUsage(name)
  }

  expect(await sweep.execute(request)).toMatchObject({ deleted: 1 })

  expect(looks).toEqual([0, 0])
  expect(inventories).toBe(0)
})

it('takes an inventory where none is known', async () => {
  const { sweep, looks, old, request } = await aboutToDelete()
  sweep.pass(16 * 60)

  expect(await sweep.execute(request)).toMatchObject({ deleted: 1 })

  expect(await sweep.holds(old.digest)).toBe(false)
  // The inventory ends what it does not list, so that not even the first look takes it from what was known before.
  expect(looks).toEqual([0, 0])
  const inventory = await world.store.findInventory(sweep.cluster.name)
  expect(inventory?.startedAt).toEqual(sweep.now())
})

it.each([
  ['by its tag', (repository: string) => `${repository}:v1`],
  ['by its digest', (repository: string, digest: string) => `${repository}@${digest}`],
  ['by its digest alone', (_: string, digest: string) => digest],
  ['under another host', (repository: string) => `mirror.example.com/${repository.split('/').slice(1).join('/')}:v1`],
])('F13 keeps an image that a Pod started to use %s after it was prepared, and records the use', async (_, spell) => {
  const { sweep, cluster, before, old, request } = await aboutToDelete()
  const image = spell(sweep.repository, old.digest)
  before.look = async look => {
    if (look === 2) cluster.run('web', image)
  }

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0 })

  expect(await sweep.tag('v1')).toBe(old.digest)
  const kept = await sweep.image(old.digest)
  expect(kept).not.toHaveProperty('mark')
  expect(kept).not.toHaveProperty('deletion')
  expect(kept?.change).toMatchObject({ action: 'mark-lifted', reason: expect.stringMatching(/^kept: .*web/) })
  const recorded = (await world.store.listClusterUsage(cluster.name)).map(({ name, endedAt }) => [name, endedAt])
  expect(recorded).toContainEqual(['web', undefined])
})

it('F13 keeps an image of a Pod that came back under its name while a slower inventory ends its use', async () => {
  const { sweep, cluster, before, store, old, request } = await aboutToDelete()
  cluster.run('web-0', `${sweep.repository}@${old.digest}`)
  before.look = async look => {
    if (look > 1) return
    const [pod] = cluster.workloads.splice(0)
    await sweep.inventories()
    if (pod) cluster.workloads.push(pod)
  }
  // It listed while the Pod was away, and writes what it saw once this execution has recorded what it saw.
  store.saveUsage = async records => {
    await world.store.saveUsage(records)
    await world.store.saveUsage(records.map(record => ({ ...record, endedAt: sweep.now() })))
  }

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0 })

  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('F13 keeps it also where that execution took the inventory itself', async () => {
  const { sweep, cluster, before, store, old, request } = await aboutToDelete()
  cluster.run('web-0', `${sweep.repository}@${old.digest}`)
  const [pod] = cluster.workloads
  before.look = async look => {
    if (look === 1) {
      cluster.workloads.splice(0)
      await sweep.inventories()
    } else if (pod) cluster.workloads.push(pod)
  }
  store.announceSaves = async records => {
    // As long as it takes to prepare a batch, no inventory of the schedule is over.
    sweep.pass(16 * 60)
    return world.store.announceSaves(records)
  }
  store.saveUsage = async records => {
    await world.store.saveUsage(records)
    await world.store.saveUsage(records.map(record => ({ ...record, endedAt: sweep.now() })))
  }

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0 })

  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('keeps everything where a later look at a cluster fails', async () => {
  const { sweep, before, old, request } = await aboutToDelete()
  before.look = async look => {
    if (look === 2) throw new UnavailableError('away', { kind: 'network' })
  }

  const { deleted, message } = await sweep.execute(request)

  expect([deleted, message]).toEqual([0, `kept everything: cluster ${sweep.cluster.name}: listing failed: away`])
  expect(await sweep.tag('v1')).toBe(old.digest)
})
