import { afterAll, beforeAll, expect, it } from 'vitest'
import { UnavailableError } from '../../../shared/errors.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { reconcileAll, reconcileRepository } from '../../../shared/reconcile/reconcile.ts'
import { RecentInventories } from '../../../shared/reconcile/shared-reads.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { aroundCalls } from '../../support/memory-platform.ts'
import { createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'
import { at } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** Several clusters, of which the first `tracking` have an object of one repository; and what a run asks. */
function start(clusters: number, tracking: number) {
  const { deps, path } = createReconcileFixture(local.store)
  const calls = { store: 0, clusters: 0 }
  const clusterList = Array.from({ length: clusters }, (_, at) => {
    const cluster = createMemoryCluster(`many-${at}`)
    cluster.put('RegistrySecret', 'registry', { domain: registryHost })
    if (at < tracking)
      cluster.put('Repository', 'app', { repository: path, tag: 'v1', registryRef: { name: 'registry' } })
    return aroundCalls(cluster, (_name, _args, call) => {
      calls.clusters += 1
      return call()
    })
  })
  const store: Store = aroundCalls(local.store, (name, _, call) => {
    if (/^(find|list)/.test(name)) calls.store += 1
    return call()
  })
  const all = { ...deps, store, clusterList, clusters: clusterList.map(({ name }) => name) }
  const asked = async (run: () => Promise<unknown>) => {
    Object.assign(calls, { store: 0, clusters: 0 })
    await run()
    return { ...calls }
  }
  return {
    all,
    /** What a sync of the repository costs, once its objects say what there is to say. */
    ofEvent: async () => {
      await reconcileAll(all)
      const run = () => reconcileRepository({ registry: registryHost, repository: path }, all)
      await run()
      return asked(run)
    },
  }
}

it('asks clusters without an object of the repository that was synced for nothing, and the store for nothing more', async () => {
  const [few, many] = [await start(2, 1).ofEvent(), await start(12, 1).ofEvent()]

  expect(many).toEqual(few)
})

it('asks where no cluster has one once which have', async () => {
  expect(await start(5, 0).ofEvent()).toEqual({ store: 1, clusters: 0 })
})

it('reads the inventories for many events within half a minute once, and anew after that or after a failure', async () => {
  const asked: (readonly string[])[] = []
  const recent = new RecentInventories()
  let isDown = false
  const find = (clusters: readonly string[], seconds: number) =>
    recent.find(
      clusters,
      async all => {
        asked.push(all)
        if (isDown) throw new UnavailableError('down', { kind: 'server' })
        return []
      },
      at(seconds),
    )

  for (const seconds of [0, 10, 29]) await find(['eu-1', 'eu-2'], seconds)
  expect(asked).toHaveLength(1)
  await find(['eu-1'], 29)
  expect(asked).toHaveLength(2)
  isDown = true
  for (const seconds of [30, 31]) await expect(find(['eu-1', 'eu-2'], seconds)).rejects.toThrow(UnavailableError)
  expect(asked).toHaveLength(4)
})

it('reads a repository once that many clusters track', async () => {
  const [few, many] = [await start(2, 2).ofEvent(), await start(12, 12).ofEvent()]

  expect(many.store).toBe(few.store)
})
