import { afterAll, beforeAll, expect, it } from 'vitest'
import { UnavailableError } from '../../../../shared/errors.ts'
import type { SweepRequest } from '../../../../shared/ports/messaging.ts'
import type { WorkloadSource } from '../../../../shared/ports/workload-source.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createMemoryCluster } from '../../../support/memory-cluster.ts'
import { createSweepFixture, type SweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const atOnce = 6
let accounts = 0

/** An account whose listing, once `hold` is called, goes on until all other sweeps wait for it. */
function createAccount() {
  accounts += 1
  const gate = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  let isHeld = false
  let waits = 0
  const state = { lists: 0, isAway: false }
  const source: WorkloadSource = {
    name: `account-${accounts}`,
    listWorkloads: async () => {
      state.lists += 1
      if (isHeld) await gate.promise
      if (state.isAway) throw new UnavailableError('throttled', { kind: 'server' })
      return []
    },
  }
  return {
    source,
    state,
    hold: () => {
      isHeld = true
      state.lists = 0
    },
    store: {
      ...world.store,
      releaseLease: async (lease: Parameters<typeof world.store.releaseLease>[0]) => {
        await world.store.releaseLease(lease)
        if (lease.repository.includes(source.name)) ended.resolve()
      },
    },
    open: () => gate.resolve(),
    /** Until the one that lists has ended. */
    wait: async () => {
      waits += 1
      if (waits === atOnce - 1) gate.resolve()
      await ended.promise
    },
  }
}

/** As many repositories, of each of which one image is to be deleted, and what was listed of the account is three minutes old. */
async function aboutToDelete(account: ReturnType<typeof createAccount>) {
  const due: { readonly sweep: SweepFixture; readonly request: SweepRequest }[] = []
  for (let at = 0; at < atOnce; at++) {
    const cluster = createMemoryCluster(`${account.source.name}-beside-${at}`)
    const configured = { isConfigured: (host: string) => host === world.host }
    const sweep = createSweepFixture({ ...world, store: account.store }, [cluster], [account.source], configured)
    sweep.trackWhole()
    sweep.policy()
    await sweep.release('v1')
    await sweep.release('v2')
    due.push({ sweep, request: await sweep.ripen() })
  }
  account.hold()
  return due
}

it('lists an account once for all sweeps that ask at once for what it runs', async () => {
  const account = createAccount()
  const due = await aboutToDelete(account)
  for (const { sweep } of due) sweep.pass(180)

  const done = due.map(({ sweep, request }) => sweep.execute(request, undefined, { wait: account.wait }))

  expect((await Promise.all(done)).map(({ deleted }) => deleted)).toEqual(due.map(() => 1))
  expect(account.state.lists).toBe(1)
})

it('lists nothing where an inventory of two minutes at most is there', async () => {
  const account = createAccount()
  const [{ sweep, request } = expect.fail()] = await aboutToDelete(account)
  sweep.pass(120)

  expect(await sweep.execute(request)).toMatchObject({ deleted: 1 })

  expect(account.state.lists).toBe(0)
})

it('keeps everything, and lists no more, where the one listing fails', async () => {
  const account = createAccount()
  const due = await aboutToDelete(account)
  account.state.isAway = true
  for (const { sweep } of due) sweep.pass(180)

  const done = due.map(({ sweep, request }) => sweep.execute(request, undefined, { wait: account.wait }))

  const kept = `kept everything: aws ${account.source.name}: listing failed: throttled`
  for (const { deleted, message } of await Promise.all(done)) {
    expect(deleted).toBe(0)
    expect(message).toContain(kept)
  }
  expect(account.state.lists).toBe(1)
})

it('lists by itself once the one that listed does not end', async () => {
  const account = createAccount()
  const [{ sweep, request } = expect.fail()] = await aboutToDelete(account)
  await world.store.takeLease(`inventory of ${account.source.name}`, 'a killed sweep', sweep.now(), 1_000_000)
  sweep.pass(180)
  let waits = 0
  const wait = async () => {
    waits += 1
    account.open()
  }

  expect(await sweep.execute(request, undefined, { wait, remainingMs: () => 100_000 })).toMatchObject({ deleted: 1 })

  // Half of what is left of the invocation, by two seconds.
  expect([account.state.lists, waits]).toEqual([1, 25])
})
