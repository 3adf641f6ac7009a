import { afterAll, beforeAll, expect, it } from 'vitest'
import { ConflictError } from '../../../../shared/errors.ts'
import type { Store } from '../../../../shared/ports/store.ts'
import { readingOnce } from '../../../../shared/sync/hosts/hint-reads.ts'
import { HostWatch } from '../../../../shared/sync/hosts/host-watch.ts'
import { runGuarded } from '../../../../shared/sync/hosts/run-guarded.ts'
import { Slots } from '../../../../shared/sync/hosts/slots.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { at, copyOf, freshId, syncDraft } from '../../../support/records.ts'
import { noEvents } from '../../../support/webhook-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

it('of a hint reads once who reads the repository, and whether that has ended', async () => {
  const path = world.freshPath()
  const credential = `eu-1/${path.replace('/', '-')}`
  await world.push({ repository: path, tag: 'v1' })
  await world.store.saveCredential(copyOf(credential), undefined)
  await world.store.saveSync(syncDraft(`${world.host}/${path}`, 0, { credential }), undefined)
  const calls: string[] = []
  const store: Store = {
    ...world.store,
    listSyncs: repository => {
      calls.push('listSyncs')
      return world.store.listSyncs(repository)
    },
    findCredential: (cluster, uid) => {
      calls.push('findCredential')
      return world.store.findCredential(cluster, uid)
    },
  }
  const now = () => at(60)
  const deps = {
    store,
    events: noEvents,
    readerFor: async () => world.reader,
    now,
    holder: 'one',
    remainingMs: () => 600_000,
  }

  const { outcome } = await runGuarded(
    { kind: 'hint', isPush: true, hint: { registry: world.host, repository: path, tag: 'v1' } },
    { ...deps, hosts: new HostWatch({ store, now }), slots: new Slots({ store, now, slots: 20 }) },
  )

  expect(outcome).toBe('synced')
  expect(calls).toEqual(['listSyncs', 'findCredential'])
})

it('reads syncs anew once one was written, or another write came first', async () => {
  const repository = freshId()
  const store = readingOnce(world.store)
  const counts = async () => (await store.listSyncs(repository)).map(({ failureCount }) => failureCount)
  const first = await world.store.saveSync(syncDraft(repository), undefined)
  expect(await counts()).toEqual([0])

  const second = await store.saveSync({ ...first, failureCount: 1 }, first)
  expect(await counts()).toEqual([1])
  await world.store.saveSync({ ...second, failureCount: 2 }, second)
  await expect(store.saveSync({ ...second, failureCount: 9 }, second)).rejects.toBeInstanceOf(ConflictError)

  expect(await counts()).toEqual([2])
})
