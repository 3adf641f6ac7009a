import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createToldStore } from '../../../shared/adapters/store/told-store.ts'
import { receivers } from '../../../shared/domain/notifications/receiver.ts'
import { AccessDeniedError } from '../../../shared/errors.ts'
import { tellAll } from '../../../shared/notifications/tell.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** A policy that waits for approval in a cluster of its own, and two receivers of its namespace. */
async function start() {
  const cluster = `eu-${randomUUID()}`
  const wanted = { hash: 'abc', count: 1, message: 'too many', repositories: [] }
  const policy = { id: `${cluster}/shop/nightly`, uid: 'u', totalDeleted: 0, totalFreedBytes: 0, runs: [] }
  await local.store.savePolicy({ ...policy, approval: { wanted } }, undefined)
  const sent: string[] = []
  const world = { seconds: 0, refusing: '', isKilled: false }
  const deps = {
    clusters: [cluster],
    store: local.store,
    metrics: { findGauges: async () => [] },
    killSwitch: { isPaused: async () => false },
    now: () => at(world.seconds),
    newId: randomUUID,
    told: createToldStore(local.client, local.tableName),
    receivers: receivers.parse(
      ['one', 'two', 'bank'].map(name => ({
        name: `${name}-${cluster.slice(3, 9)}`,
        kind: 'slack',
        secret: 's',
        namespaces: [name === 'bank' ? 'bank' : 'shop'],
      })),
    ),
    messenger: {
      send: async ({ name }: { name: string }) => {
        if (world.refusing !== '' && name.startsWith(world.refusing)) throw new AccessDeniedError('gone')
        sent.push(name.slice(0, 3))
        if (world.isKilled) throw new TypeError('killed')
      },
    },
  }
  return { deps, sent, world }
}

it('tells each receiver of the namespace once, however often it is triggered, also side by side', async () => {
  const { deps, sent } = await start()

  await Promise.all([tellAll(deps), tellAll(deps), tellAll(deps)])
  await tellAll(deps)

  expect(sent.sort()).toEqual(['one', 'two'])
})

it('lets a receiver that refuses cost itself alone, and tells it once it takes messages', async () => {
  const { deps, sent, world } = await start()
  world.refusing = 'one'

  const { refused } = await tellAll(deps)
  world.refusing = ''
  await tellAll(deps)

  expect([refused.length, sent]).toEqual([1, ['two', 'one']])
})
