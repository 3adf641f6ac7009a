import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { SlotRecord } from '../../../../shared/domain/records/syncs.ts'
import { Slots } from '../../../../shared/sync/hosts/slots.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const count = 20
let nowMs = Date.parse('2026-01-01T00:00:00Z')
// What a test before held or wished has expired.
beforeEach(() => {
  nowMs += 3_600_000
})
const now = () => new Date(nowMs)
/** Another process, or another life of the same. */
const newProcess = () => new Slots({ store: local.store, now, slots: count })
const held = async (): Promise<SlotRecord[]> =>
  (await local.store.listSlots()).filter(({ holder, expiresAt }) => holder !== undefined && expiresAt > now())

/** How many of so many invocations get a slot for the host, one after the other. */
async function enterMany(slots: Slots, host: string, invocations: number): Promise<number> {
  let entered = 0
  for (let nth = 0; nth < invocations; nth++) if (await slots.enter(`${host} ${nth}`, host)) entered += 1
  return entered
}

it('alone a host takes all slots but one', async () => {
  expect(await enterMany(newProcess(), 'a.example', count)).toBe(count - 1)
})

it('F42 while another waits a host takes a quarter, and another has room', async () => {
  const slots = newProcess()
  await slots.enter('i', 'b.example')

  expect(await enterMany(slots, 'a.example', count)).toBe(count / 4)
  expect(await enterMany(slots, 'b.example', count)).toBe(count / 4 - 1)
})

it('F42 one that found no slot is waited for', async () => {
  const slots = newProcess()
  await enterMany(slots, 'a.example', count - 1)
  expect(await slots.enter('other', 'b.example')).toBe(false)

  for (let nth = 0; nth < count - 1; nth++) await slots.leave(`a.example ${nth}`, 'a.example')

  expect(await enterMany(slots, 'a.example', count)).toBe(count / 4)
  nowMs += 60_000
  expect(await held()).toHaveLength(count / 4)
})

it('F10 many at once take no more than there are', async () => {
  const processes = Array.from({ length: 8 }, newProcess)
  await processes[0]?.enter('i', 'b.example')

  await Promise.all(processes.map((slots, nth) => slots.enter(`i${nth}`, 'a.example')))

  const ofHost = (await held()).filter(({ hosts }) => hosts.includes('a.example'))
  expect(ofHost.length).toBeLessThanOrEqual(count / 4)
  expect(ofHost.length).toBeGreaterThan(0)
  expect(new Set(ofHost.map(({ name }) => name)).size).toBe(ofHost.length)
})

it('an invocation has one slot, whoever of its batch is slow, until the last has ended', async () => {
  const slots = newProcess()
  await slots.enter('i', 'a.example')
  await slots.enter('i', 'a.example')
  await slots.enter('i', 'b.example')

  expect(await held()).toMatchObject([{ holder: 'i', hosts: ['a.example', 'b.example'] }])
  await slots.leave('i', 'a.example')
  await slots.leave('i', 'a.example')
  expect(await held()).toMatchObject([{ holder: 'i', hosts: ['b.example'] }])
  await slots.leave('i', 'b.example')
  expect(await held()).toEqual([])
})

it('F7 F41 what a killed invocation held is free when it has expired', async () => {
  await enterMany(newProcess(), 'a.example', count - 1)

  nowMs += 90_000

  expect(await enterMany(newProcess(), 'a.example', count)).toBe(count - 1)
})
