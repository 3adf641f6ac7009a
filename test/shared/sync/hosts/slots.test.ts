import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SlotRecord } from '../../../../shared/domain/records/syncs.ts'
import type { SlotTask } from '../../../../shared/domain/slot-share.ts'
import { Slots } from '../../../../shared/sync/hosts/slots.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const count = 20
const share = count / 4
let nowMs = Date.parse('2026-01-01T00:00:00Z')
// What a test before held or wished has expired.
beforeEach(() => {
  nowMs += 3_600_000
})
const now = () => new Date(nowMs)
const held = async (): Promise<SlotRecord[]> =>
  (await local.store.listSlots()).filter(({ holder, expiresAt }) => holder !== undefined && expiresAt > now())

/** A sync that takes long. */
const taskOf = (host: string, ...namespaces: string[]): SlotTask => ({ host, namespaces })
const a = taskOf('a.example', 'eu-1/shop')
const b = taskOf('b.example', 'eu-1/bank')

/** Another process, or another life of the same, whose invocations have one task each. */
function newProcess() {
  const slots = new Slots({ store: local.store, now, slots: count })
  const entered: { readonly holder: string; readonly task: SlotTask }[] = []
  let holders = 0
  const enter = async (task: SlotTask, holder = `invocation ${++holders} of ${task.host} ${task.namespaces}`) => {
    const refusal = await slots.enter(holder, task)
    if (refusal === undefined) entered.push({ holder, task })
    return refusal
  }
  return {
    slots,
    enter,
    /** How many of so many get a slot, one after the other. */
    enterMany: async (task: SlotTask, invocations = count) => {
      const before = entered.length
      for (let nth = 0; nth < invocations; nth++) await enter({ ...task })
      return entered.length - before
    },
    /** The first of so many that are of that namespace have ended. */
    leave: async (namespace: string, invocations = count) => {
      const ofIt = entered.filter(({ task }) => task.namespaces.includes(namespace)).slice(0, invocations)
      for (const { holder, task } of ofIt) await slots.leave(holder, task)
    },
  }
}

describe('alone', () => {
  it('a namespace takes all slots but three: for what is quick, for another host, and for another namespace', async () => {
    const { enter, enterMany } = newProcess()

    expect(await enterMany(a)).toBe(count - 3)
    expect(await enter(taskOf('c.example', 'eu-1/shop'))).toBeUndefined()
    expect(await enter(taskOf('d.example', 'eu-1/shop'))).toBe('all')
    expect(await enter(b)).toBeUndefined()
    expect(await held()).toHaveLength(count - 1)
  })

  it('syncs of which it is not known for whom they are count as of one', async () => {
    expect(await newProcess().enterMany(taskOf('a.example'))).toBe(count - 3)
  })
})

describe('F42 while another waits', () => {
  it('a host takes a quarter, of which one is for a namespace that has none there', async () => {
    const { enter, enterMany } = newProcess()
    await enter(b)

    expect(await enterMany(a)).toBe(share - 1)
    expect(await enter(a)).toBe('namespace')
    expect(await enter(taskOf('a.example', 'eu-1/bank'))).toBeUndefined()
    expect(await enter(taskOf('a.example', 'eu-1/third'))).toBe('host')
  })

  it('a namespace takes a quarter, of however many hosts', async () => {
    const { enter, enterMany } = newProcess()
    await enter(b)

    let entered = 0
    for (const host of ['1.example', '2.example', '3.example', '4.example'])
      entered += await enterMany(taskOf(host, 'eu-1/shop'))

    expect(entered).toBe(share)
    expect(await enter(taskOf('5.example', 'eu-1/shop'))).toBe('namespace')
  })

  it('slow syncs of four hosts of one namespace leave a slot for the first of another', async () => {
    const { enter, enterMany } = newProcess()
    for (const host of ['1.example', '2.example', '3.example', '4.example']) await enterMany(taskOf(host, 'eu-1/shop'))

    expect(await enter(b)).toBeUndefined()
  })

  it('what several namespaces ask for has a slot where any of them has room', async () => {
    const { enter, enterMany } = newProcess()
    await enter(b)
    await enterMany(a)
    await enter(taskOf('c.example', 'eu-1/shop'))
    expect(await enter(taskOf('d.example', 'eu-1/shop'))).toBe('namespace')

    expect(await enter(taskOf('d.example', 'eu-1/shop', 'eu-1/third'))).toBeUndefined()
  })

  it('who found no slot is waited for, and the others take their share alone', async () => {
    const { enter, enterMany, leave } = newProcess()
    await enterMany(a)
    await enterMany(taskOf('c.example', 'eu-1/shop'), 1)
    await enter(b)
    expect(await enter(taskOf('d.example', 'eu-1/third'))).toBe('all')

    for (const namespace of ['eu-1/shop', 'eu-1/bank']) await leave(namespace)

    nowMs += 120_000
    expect(await enterMany(a)).toBe(share - 1)
  })

  it('who has some takes no slot that is free before one that has none and waits', async () => {
    const { enter, enterMany, leave } = newProcess()
    for (const name of ['1', '2', '3', '4', '5', '6']) await enterMany(taskOf(`${name}.example`, `eu-1/${name}`), 3)
    for (const name of ['7', '8']) await enter(taskOf(`${name}.example`, `eu-1/${name}`))
    const waiting = ['eu-1/waits', 'eu-1/waits too'].map(name => taskOf('c.example', name))
    for (const task of waiting) expect(await enter(task)).toBe('all')

    await leave('eu-1/1', 2)

    expect(await enter(taskOf('d.example', 'eu-1/2'))).toBe('all')
    for (const task of waiting) expect(await enter(task)).toBeUndefined()
  })
})

it('F10 many at once take no more than there are', async () => {
  const processes = Array.from({ length: 8 }, newProcess)
  await processes[0]?.enter(b)

  await Promise.all(processes.map(({ enter }, nth) => enter(a, `i${nth}`)))

  const ofHost = (await held()).filter(({ hosts }) => hosts.includes('a.example'))
  expect(ofHost.length).toBeLessThanOrEqual(share - 1)
  expect(ofHost.length).toBeGreaterThan(0)
  expect(new Set(ofHost.map(({ name }) => name)).size).toBe(ofHost.length)
})

it('an invocation has one slot, whoever of its batch is slow, until the last has ended', async () => {
  const { slots } = newProcess()
  const [first, second] = [{ ...a }, { ...a }]
  await slots.enter('i', first)
  await slots.enter('i', second)
  await slots.enter('i', b)

  const both = { hosts: ['a.example', 'b.example'], namespaces: ['eu-1/shop', 'eu-1/bank'] }
  expect(await held()).toMatchObject([{ holder: 'i', ...both }])
  await slots.leave('i', first)
  expect(await held()).toMatchObject([both])
  await slots.leave('i', second)
  expect(await held()).toMatchObject([{ holder: 'i', hosts: ['b.example'], namespaces: ['eu-1/bank'] }])
  await slots.leave('i', b)
  expect(await held()).toEqual([])
})

it('an invocation that has a slot needs no other for the next task of its batch', async () => {
  const { enter, enterMany } = newProcess()
  await enter(taskOf('c.example', 'eu-1/bank'), 'i')
  await enter(taskOf('c.example', 'eu-1/bank'))
  for (const name of ['1', '2', '3', '4', '5']) await enterMany(taskOf(`${name}.example`, `eu-1/${name}`), 3)
  for (const name of ['6', '7']) await enter(taskOf(`${name}.example`, `eu-1/${name}`))
  expect(await held()).toHaveLength(count - 1)

  expect(await enter(taskOf('d.example', 'eu-1/bank'))).toBe('all')
  expect(await enter(taskOf('d.example', 'eu-1/bank'), 'i')).toBeUndefined()
})

it('F7 F41 what a killed invocation held is free when it has expired', async () => {
  await newProcess().enterMany(a)

  nowMs += 90_000

  expect(await newProcess().enterMany(a)).toBe(count - 3)
})

it('a wish is written once for many that have it, and the table forgets it', async () => {
  const { enter, enterMany } = newProcess()
  await enterMany(a)
  const wished = async () => (await local.store.listSlots()).filter(({ name }) => name === 'a.example eu-1/shop')
  const [before] = await wished()

  await enter(a)

  expect(before?.expiresAtSeconds).toBeGreaterThan(nowMs / 1000)
  expect(await wished()).toEqual([before])
})
