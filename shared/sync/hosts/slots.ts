import type { SlotRecord } from '../../domain/records/syncs.ts'
import {
  freeSlots,
  refusalAfter,
  refusalOf,
  type SlotRefusal,
  type SlotsNow,
  type SlotTask,
} from '../../domain/slot-share.ts'
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
/** One without a slot counts as one that waits for as long: until it asks again, a minute later or two. */
const wishMs = 180_000
/** A wish that lasts as long is not written again: a hundred tasks may have the same. */
const longWishMs = 120_000
/** A day after a wish was written last the table forgets it. */
const rememberedSeconds = 86_400
/** Others take slots meanwhile. */
const attempts = 10

type Listed = Omit<SlotsNow, 'records'> & { readonly records: readonly SlotRecord[] }

/** What one invocation holds: one slot at most, however many of its tasks take long. */
interface Holding {
  /** The tasks that take long. */
  readonly tasks: Set<SlotTask>
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

  /** Takes a slot for a task that takes long; answers why there is none for it, or undefined where it has one. */
  enter(holder: string, task: SlotTask): Promise<SlotRefusal | undefined> {
    const holding = this.#holdings.get(holder) ?? { tasks: new Set(), slot: undefined, renewing: undefined, last: free }
    this.#holdings.set(holder, holding)
    return this.#step(holder, holding, async () => {
      const refusal = isHeldFor(task, holding) ? undefined : await this.#take(holding, holder, task)
      if (refusal === undefined) holding.tasks.add(task)
      return refusal
    })
  }

  /** The task, the same that entered, has ended. */
  leave(holder: string, task: SlotTask): Promise<void> {
    const holding = this.#holdings.get(holder)
    if (!holding) return free
    return this.#step(holder, holding, async () => {
      holding.tasks.delete(task)
      if (!isHeldFor(task, holding)) await this.#write(holding, holder)
    })
  }

  #step<T>(holder: string, holding: Holding, act: () => Promise<T>): Promise<T> {
    const step = holding.last.then(act)
    const last: Promise<void> = step
      .catch(() => undefined)
      .then(() => {
        if (holding.last === last && holding.tasks.size === 0) this.#holdings.delete(holder)
      })
    holding.last = last
    return step
  }

  async #take(holding: Holding, holder: string, task: SlotTask): Promise<SlotRefusal | undefined> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const listed = await this.#list()
      const refusal = refusalOf(task, holder, listed)
      const name = holding.slot?.name ?? freeSlots(listed)[0]
      if (refusal !== undefined || name === undefined) return this.#refuse(refusal ?? 'all', task, listed)
      const previous = listed.records.find(record => record.name === name)
      const draft = this.#draft(name, holder, [...holding.tasks, task])
      const saved = await saveUnlessOvertaken(() => this.#deps.store.saveSlot(draft, previous))
      if (!saved) continue
      this.#hold(holding, holder, saved)
      const after = await this.#list()
      const late = refusalAfter(task, name, after)
      if (late === undefined) return undefined
      await this.#write(holding, holder)
      return this.#refuse(late, task, after)
    }
    return this.#refuse('all', task, await this.#list())
  }

  async #list(): Promise<Listed> {
    const { store, now, slots } = this.#deps
    return { records: await store.listSlots(), slots, now: now() }
  }

  #draft(name: string, holder: string, tasks: Iterable<SlotTask>): Draft<SlotRecord> {
    return { name, holder, ...ownersOf([...tasks]), expiresAt: new Date(this.#deps.now().getTime() + leaseMs) }
  }

  #hold(holding: Holding, holder: string, slot: SlotRecord): void {
    holding.slot = slot
    holding.renewing ??= setInterval(() => {
      this.#step(holder, holding, () => this.#write(holding, holder)).catch(() => undefined)
    }, renewEveryMs).unref()
  }

  /** Writes down for whom the slot is held; with no task it is free. Overtaken: it had expired, and is another's. */
  async #write(holding: Holding, holder: string): Promise<void> {
    const { slot, tasks } = holding
    if (!slot) return
    const draft = this.#draft(slot.name, holder, tasks)
    const next = tasks.size > 0 ? draft : { ...draft, expiresAt: new Date(0) }
    if (tasks.size === 0) {
      clearInterval(holding.renewing)
      holding.renewing = undefined
      holding.slot = undefined
    }
    const saved = await saveUnlessOvertaken(() => this.#deps.store.saveSlot(next, slot))
    if (tasks.size > 0) holding.slot = saved
  }

  /** Others take only their share while a namespace wants a slot and has none. */
  async #refuse(refusal: SlotRefusal, task: SlotTask, { records, now }: Listed): Promise<SlotRefusal> {
    const name = [task.host, ...task.namespaces.slice(0, 1)].join(' ')
    const previous = records.find(record => record.name === name)
    const expiresAt = new Date(now.getTime() + wishMs)
    const expiresAtSeconds = Math.floor(expiresAt.getTime() / 1000) + rememberedSeconds
    const draft = { name, ...ownersOf([task]), expiresAt, expiresAtSeconds }
    const isWished = previous !== undefined && previous.expiresAt.getTime() - now.getTime() > longWishMs
    if (!isWished) await saveUnlessOvertaken(() => this.#deps.store.saveSlot(draft, previous))
    return refusal
  }
}

const free = Promise.resolve()

const ownersOf = (tasks: readonly SlotTask[]): Pick<SlotRecord, 'hosts'> & { namespaces: readonly string[] } => ({
  hosts: [...new Set(tasks.map(({ host }) => host))],
  namespaces: [...new Set(tasks.flatMap(({ namespaces }) => namespaces))],
})

/** Another of its tasks is of the same host, and for the same namespaces. */
const isHeldFor = ({ host, namespaces }: SlotTask, { tasks }: Holding): boolean =>
  [...tasks].some(one => one.host === host && namespaces.every(name => one.namespaces.includes(name)))
