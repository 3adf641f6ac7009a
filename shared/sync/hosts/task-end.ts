import type { SlotRefusal, SlotTask } from '../../domain/slot-share.ts'
import { UnavailableError } from '../../errors.ts'
import { reserveMs } from '../slice.ts'
import { DeferredError } from './deferred-error.ts'
import type { Slots } from './slots.ts'

export interface TaskEndDeps {
  readonly slots: Slots
  /** The invocation. */
  readonly holder: string
  readonly now: () => Date
  /**
   * Milliseconds until the invocation is ended from outside. Asked again and again, since an installation may be
   * stopped.
   */
  readonly remainingMs: () => number
  /** A full sync that takes longer takes a slot; default 5 s. */
  readonly slotDelayMs?: number
}

export const defaultSlotDelayMs = 5_000
const lookEveryMs = 500
/** For one that found no slot. */
const withoutSlotMs = 60_000
/** What has had so long and is not done will not be done by another try of the same. */
const longMs = 300_000

/** Ends a task that takes long: by its signal, at the next request that it makes or waits for. */
export class TaskEnd {
  readonly #control = new AbortController()
  readonly #deps: TaskEndDeps
  readonly #task: SlotTask
  #looking: NodeJS.Timeout
  #slow: NodeJS.Timeout | undefined
  #entered: Promise<SlotRefusal | undefined> | undefined

  constructor(task: SlotTask, deps: TaskEndDeps) {
    this.#task = task
    this.#deps = deps
    const startedMs = deps.now().getTime()
    this.#looking = setInterval(() => this.#look(startedMs), lookEveryMs)
    this.#look(startedMs)
  }

  get signal(): AbortSignal {
    return this.#control.signal
  }

  /** Takes a slot once the task has taken long, or ends it. */
  takeSlotIfSlow(): void {
    this.#slow = setTimeout(() => {
      this.#enter().catch(error => this.#control.abort(error))
    }, this.#deps.slotDelayMs ?? defaultSlotDelayMs)
  }

  /** Before it begins: one that is known to take long is not to take an invocation for as long as that shows. */
  takeSlot(): Promise<void> {
    clearTimeout(this.#slow)
    return this.#enter()
  }

  /** The task has ended, and with it all that it left under way. */
  async stop(): Promise<void> {
    clearInterval(this.#looking)
    clearTimeout(this.#slow)
    this.#control.abort()
    if (this.#entered && (await this.#entered) === undefined)
      await this.#deps.slots.leave(this.#deps.holder, this.#task)
  }

  #look(startedMs: number): void {
    if (this.#deps.remainingMs() > reserveMs) return
    clearInterval(this.#looking)
    const now = this.#deps.now()
    const tookMs = now.getTime() - startedMs
    const took = `not done after ${Math.round(tookMs / 1000)} s`
    this.#control.abort(
      tookMs >= longMs
        ? new UnavailableError(`${this.#task.host}: ${took}`, { kind: 'timeout', isOverdue: true })
        : new DeferredError('the sync had too little time, and is made again at once', now),
    )
  }

  async #enter(): Promise<void> {
    const { slots, holder, now } = this.#deps
    // A slot that cannot be asked for is no reason to end a sync that works.
    this.#entered = slots.enter(holder, this.#task).catch(() => undefined)
    const refusal = await this.#entered
    if (refusal === undefined) return
    const until = new Date(now().getTime() + withoutSlotMs)
    throw new DeferredError(`${messageOf[refusal](this.#task.host)}: tried again in a minute`, until, { isSlow: true })
  }
}

const messageOf: Readonly<Record<SlotRefusal, (host: string) => string>> = {
  host: host => `syncs of ${host} take long, and as many are under way as one host may have`,
  namespace: () => 'syncs for this namespace take long, and as many are under way as one namespace may have',
  all: () => 'all places for syncs that take long are taken, or kept for namespaces that have none',
}
