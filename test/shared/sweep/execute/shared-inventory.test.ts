import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createMemoryCluster } from '../../../support/memory-cluster.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

let places = 0
/** Repositories of one cluster, of each of which an image is to be deleted, and how often the cluster was listed. */
async function aboutToDelete(repositories: number) {
  places += 1
  const cluster = createMemoryCluster(`listed-${places}`)
  const lists = { count: 0 }
  const { listWorkloads } = cluster
  cluster.listWorkloads = async () => {
    lists.count += 1
    return listWorkloads()
  }
  const sweeps = Array.from({ length: repositories }, () => createSweepFixture(world, [cluster]))
  const old: string[] = []
  for (const [at, sweep] of sweeps.entries()) {
    cluster.put('Repository', `whole-${at}`, { repository: sweep.path, registryRef: { name: 'registry' } })
    old.push((await sweep.release('v1')).digest)
    await sweep.release('v2')
  }
  for (const sweep of sweeps) sweep.pass(3600 * 2 * repositories)
  const [first] = sweeps as [(typeof sweeps)[number]]
  first.policy()
  await first.inventories()
  await first.plan()
  for (const sweep of sweeps) sweep.pass(600)
  await first.inventories()
  const requests = await first.plan()
  expect(requests).toHaveLength(repositories)
  lists.count = 0
  return { sweeps, first, requests, cluster, lists, old }
}

describe('executions of one sweep', () => {
  it('share a listing of a cluster, one after the other and side by side', async () => {
    const { first, requests, lists } = await aboutToDelete(6)

    for (const request of requests.slice(0, 3)) expect(await first.execute(request)).toMatchObject({ deleted: 1 })
    expect(lists.count).toBe(1)
    first.pass(121)
    const wait = async () => new Promise(resolve => setImmediate(resolve))
    const ended = await Promise.all(requests.slice(3).map(request => first.execute(request, undefined, { wait })))

    expect(ended.map(({ deleted }) => deleted)).toEqual([1, 1, 1])
    expect(lists.count).toBe(2)
  })

  it('F13 list again what is older than two minutes, and the first lists whatever the schedule listed', async () => {
    const { first, requests, lists, cluster, sweeps, old } = await aboutToDelete(3)
    const [, second, third] = sweeps.map(({ repository }, at) => `${repository}@${old[at]}`)
    cluster.run('web', String(second))

    const results = [await first.execute(requests[0] as never)]
    first.pass(121)
    cluster.run('api', String(third))
    for (const request of requests.slice(1)) results.push(await first.execute(request))

    expect(lists.count).toBe(2)
    expect(results.map(({ deleted }) => deleted)).toEqual([1, 0, 0])
  })
})

it('lists by itself where another that was to list does not get done', async () => {
  const { first, requests, lists, cluster } = await aboutToDelete(1)
  await world.store.takeLease(`inventory of ${cluster.name}`, 'somebody', first.now(), 60_000)
  let waits = 0
  const wait = async () => {
    waits += 1
  }

  expect(await first.execute(requests[0] as never, undefined, { wait })).toMatchObject({ deleted: 1 })

  expect([lists.count, waits]).toEqual([1, 20])
})
