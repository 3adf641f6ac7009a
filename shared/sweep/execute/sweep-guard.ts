import type { KillSwitch } from '../../ports/platform.ts'

export interface GuardDeps {
  readonly killSwitch: KillSwitch
  /** Renews the lease; false when it was lost. */
  readonly stillHeld: () => Promise<boolean>
  /** Milliseconds until the invocation is ended from outside; absent where nothing ends it. */
  readonly remainingMs?: (() => number) | undefined
  readonly now: () => Date
}

/** How old an answer may be on which something is still deleted: many workers then ask once a second together. */
const maxAgeMs = 1_000
/** Left for what is under way, the records and the report: half a minute, or a tenth of a short invocation. */
const reserveMs = 30_000
const reserveShare = 0.1

/**
 * Decides before each delete call whether the sweep may continue. Once stopped it stays so; throws what cannot be
 * asked.
 */
export class SweepGuard {
  readonly #deps: GuardDeps
  readonly #reserveMs: number
  #askedAt = Number.NEGATIVE_INFINITY
  #answer: Promise<string | undefined> | undefined
  #isAsking = false
  #stopped: string | undefined

  constructor(deps: GuardDeps) {
    this.#deps = deps
    const { remainingMs } = deps
    this.#reserveMs = remainingMs ? Math.max(Math.min(reserveMs, remainingMs() / 2), remainingMs() * reserveShare) : 0
  }

  /** Why nothing more may be deleted; undefined when the sweep may continue. */
  async stopReason(): Promise<string | undefined> {
    if (this.#stopped !== undefined) return this.#stopped
    if (this.#deps.remainingMs && this.#deps.remainingMs() <= this.#reserveMs)
      return this.#stop('stopped: the time of this invocation is nearly over, the next one continues')
    const ageMs = this.#deps.now().getTime() - this.#askedAt
    // A clock that was set back says nothing of the age.
    return !this.#isAsking && (ageMs < 0 || ageMs > maxAgeMs) ? this.askAgain() : this.#answer
  }

  /** The same, without trusting any former answer: for the beginning of a batch. */
  askAgain(): Promise<string | undefined> {
    this.#askedAt = this.#deps.now().getTime()
    this.#isAsking = true
    this.#answer = this.#ask().finally(() => {
      this.#isAsking = false
    })
    return this.#answer
  }

  async #ask(): Promise<string | undefined> {
    if (await this.#deps.killSwitch.isPaused()) return this.#stop('stopped by the kill switch')
    if (!(await this.#deps.stillHeld())) return this.#stop('stopped: another sweep took the repository over')
    return this.#stopped
  }

  #stop(reason: string): string {
    this.#stopped = reason
    return reason
  }
}
