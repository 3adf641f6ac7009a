import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { ConflictError } from '../../shared/errors.ts'
import type { Store } from '../../shared/ports/store.ts'
import { at } from '../support/records.ts'

/** How hosts fare, what registries copy, and who holds which slot. */
export function hostContract(store: () => Store): void {
  it('lists what each registry copies, with its port, and lets one of those ask that come at once', async () => {
    const registry = `${randomUUID()}.example:5000`
    const draft = (askedBy: string) => ({ registry, dueAt: at(60), askedBy })
    const replication = {
      readAt: at(1),
      rules: [{ destinations: [{ account: '123456789012', region: 'eu-west-1' }], prefixes: ['team/'] }],
    }
    const caches = { rules: [], refused: 'may not be read' }

    const claimed = await store().saveCopies(draft('one'), undefined)
    await expect(store().saveCopies(draft('another'), undefined)).rejects.toThrow(ConflictError)
    const saved = await store().saveCopies({ ...draft('one'), replication, caches }, claimed)

    expect(saved).toEqual({ ...draft('one'), replication, caches, number: 2 })
    expect((await store().listCopies()).filter(one => one.registry === registry)).toEqual([saved])
  })

  it('F42 finds how a host fares, with its port, and nothing of one that never failed', async () => {
    const host = `${randomUUID()}.example:5000`
    const draft = {
      host,
      failures: 1,
      since: at(0),
      repositories: [],
      timesLeft: 1,
      leftAt: at(1),
      until: at(60),
      askedUntil: at(60),
      askedBy: 'somebody',
      message: 'sent nothing for 15 s',
      expiresAtSeconds: Math.floor(at(86_460).getTime() / 1000),
    }

    const saved = await store().saveHost(draft, undefined)

    expect(saved).toEqual({ ...draft, number: 1 })
    expect(await store().findHost(host)).toEqual(saved)
    expect(await store().findHost(`${randomUUID()}.example`)).toBeUndefined()
  })

  it('finds how a host fares that a version before recorded, and writes it over', async () => {
    const host = `${randomUUID()}.example`
    const draft = {
      host,
      failures: 3,
      since: at(0),
      repositories: [`${host}/team/app`],
      timesLeft: 0,
      message: 'failed',
    }
    const before = await store().saveHost(draft, undefined)

    const saved = await store().saveHost({ ...draft, repositories: [], timesLeft: 1, until: at(60) }, before)

    expect(await store().findHost(host)).toEqual(saved)
  })

  it('lets one of many ask a host', async () => {
    const host = `${randomUUID()}.example`
    const draft = { host, failures: 1, since: at(0), repositories: [], timesLeft: 1, until: at(60), message: 'failed' }
    const saved = await store().saveHost(draft, undefined)

    const probes = [1, 2, 3].map(nth => store().saveHost({ ...draft, until: at(60), askedBy: `asker ${nth}` }, saved))
    const outcomes = await Promise.allSettled(probes)

    expect(outcomes.filter(one => one.status === 'fulfilled')).toHaveLength(1)
  })

  it('gives a slot to one of many, and lists it with who holds it', async () => {
    const name = randomUUID()
    const whose = { hosts: ['a.example'], namespaces: ['eu-1/shop'] }
    const slotOf = (holder: string) => ({ name, ...whose, holder, expiresAt: at(90) })

    const taken = await Promise.allSettled(['i1', 'i2'].map(holder => store().saveSlot(slotOf(holder), undefined)))

    const won = taken.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
    expect(won).toHaveLength(1)
    expect(taken.flatMap(one => (one.status === 'rejected' ? [one.reason] : []))).toEqual([expect.any(ConflictError)])
    expect((await store().listSlots()).filter(slot => slot.name === name)).toEqual(won)
  })

  it('lists a wish for a slot, which nobody holds', async () => {
    const name = `${randomUUID()}.example`

    const wish = { name, hosts: [name], namespaces: ['eu-1/shop'], expiresAt: at(60), expiresAtSeconds: 4_102_444_800 }
    const ofBefore = { name: `${name}.before`, hosts: [name], expiresAt: at(60) }

    const saved = await Promise.all([wish, ofBefore].map(one => store().saveSlot(one, undefined)))

    expect(await store().listSlots()).toEqual(expect.arrayContaining(saved))
  })
}
