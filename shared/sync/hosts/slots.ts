import type { SlotRecord } from '../../domain/records/syncs.ts'
import { freeSlots, mayKeepSlot, mayTakeSlot } from '../../domain/slot-share.ts'
import type { Draft, Store } from '../../ports/store.ts'
import { saveUnlessOvertaken } from '../../records/save-latest.ts'

export interface SlotsDeps {
  readonly store: Pick<Store, 'listSlots' | 'saveSlot'>
  readonly now: () => Date
  /** Invocations at once. */
  readonly slots: number
}

/** A holder that is killed holds its slot as long. */
const leaseMs = 90_000
const renewEveryMs = 30_000
/** A host without a slot counts as one that waits for as long. */
const wishMs = 60_000
/** Others take slots meanwhile. */
const attempts = 5

/** What one invocation holds: one slot at most, however many of its tasks take long. */
interface Holding {
  /** How many tasks of each host take long. */
  readonly hosts: Map<string, number>
  slot: SlotRecord | undefined
  renewing: NodeJS.Timeout | undefined
  /** One step after the other. */
  last: Promise<unknown>
}

/** The slots that invocations of this process hold for syncs that take long. */
export class Slots {
  readonly #deps: SlotsDeps
  readonly #holdings = new Map<string, Holding>()

  constructor(deps: SlotsDeps) {
    this.#deps = deps
  }

  /** Takes a slot for a task that takes long; false where its host has its share, or nothing is left. */
  enter(holder: string, host: string): Promise<boolean> {
    const holding = this.#holdings.get(holder) ?? { hosts: new Map(), slot: undefined, renewing: undefined, last: free }
    this.#holdings.set(holder, holding)
    return this.#step(holder, holding, async () => {
      const count = holding.hosts.get(host) ?? 0
      if (count === 0 && !(await this.#take(holding, holder, host))) return false
      holding.hosts.set(host, count + 1)
      return true
    })
  }

  /** The task has ended. */
  leave(holder: string, host: string): Promise<void> {
    const holding = this.#holdings.get(holder)
    if (!holding) return free
    return this.#step(holder, holding, async () => {
      const count = holding.hosts.get(host) ?? 0
      if (count > 1) return void holding.hosts.set(host, count - 1)
      holding.hosts.delete(host)
      await this.#write(holding, holder)
    })
  }

  #step<T>(holder: string, holding: Holding, act: () => Promise<T>): Promise<T> {
    const step = holding.last.then(act)
    const last: Promise<void> = step
      .catch(() => undefined)
      .then(() => {
        if (holding.last === last && holding.hosts.size === 0) this.#holdings.delete(holder)
      })
    holding.last = last
    return step
  }

  async #take(holding: Holding, holder: string, host: string): Promise<boolean> {
    const { store, now, slots } = this.#deps
    for (let attempt = 0; attempt < attempts; attempt++) {
      const records = await store.listSlots()
      if (!mayTakeSlot(host, holder, records, slots, now())) return this.#wish(host, records)
      const name = holding.slot?.name ?? freeSlots(records, slots, now())[0]
      const previous = records.find(record => record.name === name)
      if (name === undefined) return this.#wish(host, records)
      const draft = this.#draft(name, holder, [...holding.hosts.keys(), host])
      const saved = await saveUnlessOvertaken(() => store.saveSlot(draft, previous))
      if (!saved) continue
      this.#hold(holding, holder, saved)
      const after = await store.listSlots()
      if (mayKeepSlot(host, name, after, slots, now())) return true
      await this.#write(holding, holder)
      return this.#wish(host, after)
    }
    return this.#wish(host, await store.listSlots())
  }

  #draft(name: string, holder: string, hosts: readonly string[]): Draft<SlotRecord> {
    return { name, holder, hosts, expiresAt: new Date(this.#deps.now().getTime() + leaseMs) }
  }

  #hold(holding: Holding, holder: string, slot: SlotRecord): void {
    holding.slot = slot
    holding.renewing ??= setInterval(() => {
      this.#step(holder, holding, () => this.#write(holding, holder)).catch(() => undefined)
    }, renewEveryMs).unref()
  }

  /** Writes down for which hosts the slot is held; with none it is free. Overtaken: it had expired, and is another's. */
  async #write(holding: Holding, holder: string): Promise<void> {
    const { slot, hosts } = holding
    if (!slot) return
    const draft = this.#draft(slot.name, holder, [...hosts.keys()])
    const next = hosts.size > 0 ? draft : { ...draft, expiresAt: new Date(0) }
    if (hosts.size === 0) {
      clearInterval(holding.renewing)
      holding.renewing = undefined
      holding.slot = undefined
    }
    const saved = await saveUnlessOvertaken(() => this.#deps.store.saveSlot(next, slot))
    if (hosts.size > 0) holding.slot = saved
  }

  /** Others take their share alone while a host wants a slot and has none. */
  async #wish(host: string, records: readonly SlotRecord[]): Promise<false> {
    const expiresAt = new Date(this.#deps.now().getTime() + wishMs)
    const draft = { name: host, hosts: [host], expiresAt }
    const previous = records.find(({ name }) => name === host)
    await saveUnlessOvertaken(() => this.#deps.store.saveSlot(draft, previous))
    return false
  }
}

const free = Promise.resolve()
