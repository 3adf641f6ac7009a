import {
  afterFailure,
  afterSuccess,
  type HostFailure,
  type HostWait,
  probed,
  waitOf,
} from '../../domain/host-health.ts'
import type { HostRecord } from '../../domain/records/syncs.ts'
import type { Draft, Store } from '../../ports/store.ts'
import { saveLatest, saveUnlessOvertaken } from '../../records/save-latest.ts'

export interface HostWatchDeps {
  readonly store: Pick<Store, 'findHost' | 'saveHost'>
  readonly now: () => Date
}

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

  /** Why nothing may be sent now; undefined where it may. Where a while is over, the first that asks here asks the host. */
  async findWait(host: string, repository: string): Promise<HostWait | undefined> {
    for (;;) {
      const record = await this.#read(host)
      const now = this.#deps.now()
      const wait = waitOf(record, repository, now)
      if (record === undefined || wait !== 'probe') return wait === 'probe' ? undefined : wait
      const saved = await saveUnlessOvertaken(() => this.#save(probed(record, now), record))
      if (saved) return undefined
      this.#known.delete(host)
    }
  }

  /** Answers how long the host is left alone from now on; undefined where it is not. */
  noteFailure(failure: HostFailure, startedAt: Date): Promise<HostWait | undefined> {
    const { host, repository } = failure
    return saveLatest(async () => {
      this.#known.delete(host)
      const previous = await this.#read(host)
      const now = this.#deps.now()
      const next = afterFailure(previous, failure, startedAt, now)
      const wait = waitOf(next ? await this.#save(next, previous) : previous, repository, now)
      return wait === 'probe' ? undefined : wait
    })
  }

  async noteSuccess(host: string): Promise<void> {
    const known = this.#known.get(host)?.record
    const next = afterSuccess(known, this.#deps.now())
    // Overtaken: by another success, or by a failure after it.
    if (next && !(await saveUnlessOvertaken(() => this.#save(next, known)))) this.#known.delete(host)
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
