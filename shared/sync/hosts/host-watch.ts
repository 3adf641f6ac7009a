import { randomUUID } from 'node:crypto'
import { type HostWait, hostAnswered, hostAsked, hostFailed, mayAskHost, waitOfHost } from '../../domain/host-health.ts'
import type { HostRecord } from '../../domain/records/syncs.ts'
import type { Draft, Store } from '../../ports/store.ts'
import { saveUnlessOvertaken } from '../../records/save-latest.ts'

export interface HostWatchDeps {
  readonly store: Pick<Store, 'findHost' | 'saveHost'>
  readonly now: () => Date
}

/**
 * Asks the host itself, and no repository of a tenant. Answers what it did in the place of an answer, after "since it";
 * undefined where it answered.
 */
export type AskHost = () => Promise<string | undefined>

/** What another process wrote is seen as late: a task of a host that is left alone then costs one stall more. */
const rememberedMs = 5_000

/**
 * Which hosts are left alone, and until when. A host that answers costs one read for the tasks of some seconds, and no
 * write.
 */
export class HostWatch {
  readonly #deps: HostWatchDeps
  readonly #known = new Map<string, { readonly record: HostRecord | undefined; readonly readAtMs: number }>()

  constructor(deps: HostWatchDeps) {
    this.#deps = deps
  }

  /** Why nothing may be sent now; undefined where it may. Where a while is over, the first that comes asks the host. */
  async findWait(host: string, ask: AskHost): Promise<HostWait | undefined> {
    for (;;) {
      const record = await this.#read(host)
      const now = this.#deps.now()
      const wait = waitOfHost(record, now)
      if (wait !== 'ask') return wait
      const claimed = await this.#claim(host, record, now)
      if (claimed) return this.#ask(claimed, ask)
    }
  }

  /**
   * A repository of it failed in a task that began at `startedAt`: asks the host itself, one at a time. Answers how long
   * all of it is left alone from now on; undefined where it is not.
   */
  async noteFailure(host: string, startedAt: Date, ask: AskHost): Promise<HostWait | undefined> {
    this.#known.delete(host)
    const record = await this.#read(host)
    const now = this.#deps.now()
    if (!mayAskHost(record, startedAt, now)) return leftOf(record, now)
    const claimed = await this.#claim(host, record, now)
    return claimed && this.#ask(claimed, ask)
  }

  /** Undefined where another asks. */
  async #claim(host: string, record: HostRecord | undefined, now: Date): Promise<HostRecord | undefined> {
    const claim = hostAsked(host, record, randomUUID(), now)
    const claimed = await saveUnlessOvertaken(() => this.#save(claim, record))
    if (!claimed) this.#known.delete(host)
    return claimed
  }

  async #ask(claimed: HostRecord, ask: AskHost): Promise<HostWait | undefined> {
    const did = await ask()
    const now = this.#deps.now()
    const next = did === undefined ? hostAnswered(claimed.host, now) : hostFailed(claimed, did, now)
    const saved = await saveUnlessOvertaken(() => this.#save(next, claimed))
    // Overtaken: the answer took so long that another asked.
    if (!saved) this.#known.delete(claimed.host)
    return leftOf(saved, now)
  }

  async #read(host: string): Promise<HostRecord | undefined> {
    const nowMs = this.#deps.now().getTime()
    const known = this.#known.get(host)
    if (known && nowMs - known.readAtMs < rememberedMs) return known.record
    return this.#remember(host, await this.#deps.store.findHost(host))
  }

  async #save(draft: Draft<HostRecord>, previous: HostRecord | undefined): Promise<HostRecord> {
    const saved = await this.#deps.store.saveHost(draft, previous)
    this.#remember(saved.host, saved)
    return saved
  }

  #remember(host: string, record: HostRecord | undefined): HostRecord | undefined {
    this.#known.set(host, { record, readAtMs: this.#deps.now().getTime() })
    return record
  }
}

function leftOf(record: HostRecord | undefined, now: Date): HostWait | undefined {
  const wait = waitOfHost(record, now)
  return wait === 'ask' ? undefined : wait
}
