import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SyncCount } from '../../../shared/ports/metrics-store.ts'
import { runTask } from '../../../shared/sync/run-task.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { at } from '../../support/records.ts'
import { noEvents } from '../../support/webhook-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** Runs attempts at one repository, and says what of them was counted. */
function start() {
  const path = world.freshPath()
  const counted: SyncCount[] = []
  const metrics = { addSyncs: async (counts: readonly SyncCount[]) => void counted.push(...counts) }
  const run = (attempt: string, namespaces?: readonly string[]) => {
    const request = {
      registry: world.host,
      repository: path,
      credential: 'anonymous' as const,
      timeoutMs: 5000,
      trigger: 'Manual' as const,
      attempt,
      ...(namespaces && { namespaces }),
    }
    const deps = {
      store: world.store,
      events: noEvents,
      readerFor: async () => world.reader,
      now: () => at(0),
      metrics,
    }
    return runTask({ kind: 'request', request }, deps)
  }
  const of = (namespace: string, [succeeded, failed]: readonly [number, number]) => ({
    cluster: 'eu-1',
    namespace,
    repository: `${world.host}/${path}`,
    succeeded,
    failed,
  })
  return { path, counted, run, of }
}

it('a sync counts once for each namespace that it is for, however often its message is delivered', async () => {
  const { path, counted, run, of } = start()
  await world.push({ repository: path, tag: 'v1' })

  await run('a', ['eu-1/shop', 'eu-1/staging'])
  await run('a', ['eu-1/shop', 'eu-1/staging'])

  expect(counted).toEqual([of('shop', [1, 0]), of('staging', [1, 0])])
})

it('a sync that fails is counted as such', async () => {
  const { counted, run, of } = start()

  await run('a', ['eu-1/shop'])

  expect(counted).toEqual([of('shop', [0, 1])])
})

it('a request of a version before, which names no namespace, is counted for none', async () => {
  const { path, counted, run } = start()
  await world.push({ repository: path, tag: 'v1' })

  await run('a')

  expect(counted).toEqual([])
})
