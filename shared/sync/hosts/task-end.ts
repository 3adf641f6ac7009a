import { UnavailableError } from '../../errors.ts'
import { reserveMs } from '../slice.ts'
import { DeferredError } from './deferred-error.ts'
import type { Slots } from './slots.ts'

export interface TaskEndDeps {
  readonly slots: Slots
  /** The invocation. */
  readonly holder: string
  readonly now: () => Date
  /** Milliseconds until the invocation is ended from outside. Asked again and again: an installation may be told to end. */
  readonly remainingMs: () => number
  /** A full sync that takes longer takes a slot; default 5 s. */
  readonly slotDelayMs?: number
}

const defaultSlotDelayMs = 5_000
const lookEveryMs = 500
/** For a host that has its share of slots. */
const withoutSlotMs = 60_000
/** What has had so long and is not done will not be done by another try of the same. */
const longMs = 300_000

/** Ends a task that takes long: by its signal, at the next request that it makes or waits for. */
export class TaskEnd {
  readonly #control = new AbortController()
  readonly #deps: TaskEndDeps
  readonly #host: string
  #looking: NodeJS.Timeout
  #slow: NodeJS.Timeout | undefined
  #entered: Promise<boolean> | undefined

  constructor(host: string, deps: TaskEndDeps) {
    this.#host = host
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
    this.#slow = setTimeout(() => void this.#enter(), this.#deps.slotDelayMs ?? defaultSlotDelayMs)
  }

  /** The task has ended, and with it all that it left under way. */
  async stop(): Promise<void> {
    clearInterval(this.#looking)
    clearTimeout(this.#slow)
    this.#control.abort()
    if (await this.#entered) await this.#deps.slots.leave(this.#deps.holder, this.#host)
  }

  #look(startedMs: number): void {
    if (this.#deps.remainingMs() > reserveMs) return
    clearInterval(this.#looking)
    const now = this.#deps.now()
    const tookMs = now.getTime() - startedMs
    const took = `not done after ${Math.round(tookMs / 1000)} s`
    this.#control.abort(
      tookMs >= longMs
        ? new UnavailableError(`${this.#host}: ${took}`, { kind: 'timeout', isOverdue: true })
        : new DeferredError('the sync had too little time, and is made again at once', now),
    )
  }

  async #enter(): Promise<void> {
    const { slots, holder, now } = this.#deps
    // A slot that cannot be asked for is no reason to end a sync that goes well.
    this.#entered = slots.enter(holder, this.#host).catch(() => true)
    if (await this.#entered) return
    const until = new Date(now().getTime() + withoutSlotMs)
    const message = `syncs of ${this.#host} take long, and as many are under way as one host may have: tried again in a minute`
    this.#control.abort(new DeferredError(message, until))
  }
}
