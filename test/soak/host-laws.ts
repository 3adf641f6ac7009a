import type { SyncCredential } from '../../shared/domain/sync-credential.ts'
import { UnavailableError } from '../../shared/errors.ts'
import type { RegistryReader } from '../../shared/ports/registry.ts'
import type { TaskResult } from '../../shared/sync/task-deps.ts'
import { stallingHost } from './estate.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

type Outcome = TaskResult['outcome'] | undefined

/** The shortest while for which a host that stalled is left alone. */
const leastWhileMs = 60_000
const stallSeconds = 15

/**
 * What syncs may do to hosts, and what hosts that stall may do to syncs: one that stalled is left alone, whoever waits
 * for it counts no failure, and nobody waits for the host of another.
 */
export class HostLaws {
  /** Hosts that failed since the last sync that went well. */
  readonly #troubled = new Set<string>()
  readonly #leftUntilMs = new Map<string, number>()
  readonly #world: () => World
  #asked = 0
  #hasStalled = false
  constructor(world: () => World) {
    this.#world = world
  }

  /** The host that never stalls answers with errors of its own. */
  sawTrouble(): void {
    const { books } = this.#world()
    for (const { host } of books) this.#troubled.add(host)
  }

  /** The same reader, over a host that stalls from some call on, while it does. */
  stalling<R extends RegistryReader>(reader: R, host: string, isSync: boolean): R {
    let calls = 0
    const call = (perform: () => unknown) => {
      const { faults, estate } = this.#world()
      if (isSync) this.#noteAsked(host)
      calls += 1
      if (host !== stallingHost || calls <= faults.stallsAfter) return perform()
      this.#hasStalled ||= isSync
      this.#troubled.add(host)
      estate.clock.pass(stallSeconds)
      const stalled = `sent nothing for ${stallSeconds} s`
      throw new UnavailableError(`expected an answer, got a host that ${stalled}`, { kind: 'timeout', stalled })
    }
    return new Proxy(reader, {
      get(_, name) {
        const found: unknown = Reflect.get(reader, name)
        if (typeof found !== 'function') return found
        return async (...args: unknown[]) => call(() => Reflect.apply(found, reader, args))
      },
    })
  }

  /**
   * Makes one sync, and looks at what it did to its host and to its record.
   * `sync` answers how it ended, undefined where it did not: it was killed, or is made again.
   */
  async watch(host: string, repository: string, credential: SyncCredential, sync: () => Promise<Outcome>) {
    const { figures, estate, refused } = this.#world()
    this.#asked = 0
    this.#hasStalled = false
    const before = this.#troubled.has(host) ? await estate.store.findSync(repository, credential) : undefined
    const outcome = await sync()
    const refuse = (what: string) => {
      refused.first ??= new ViolationError({ what: `sync of ${repository}: ${what}`, repository })
    }
    if (outcome === 'deferred') {
      figures['deferred syncs'] += 1
      const after = await estate.store.findSync(repository, credential)
      if (!this.#troubled.has(host)) refuse(`deferred, and ${host} is well (${after?.deferred?.message})`)
      if ((after?.failureCount ?? 0) !== (before?.failureCount ?? 0)) refuse('deferred, and counted as a failure')
      if (after?.lastOutcome?.attempt !== before?.lastOutcome?.attempt) refuse('deferred, and told as an attempt')
    }
    this.#noteEnd(host, outcome)
    return outcome
  }

  #noteEnd(host: string, outcome: Outcome): void {
    const { figures, estate } = this.#world()
    if (this.#hasStalled) figures['stalled syncs'] += 1
    if (this.#hasStalled && outcome !== undefined) this.#leftUntilMs.set(host, estate.clock.nowMs() + leastWhileMs)
    else if (!this.#hasStalled && outcome === 'synced') this.#troubled.delete(host)
  }

  #noteAsked(host: string): void {
    const { refused, estate } = this.#world()
    this.#asked += 1
    // Within one sync many are asked for at once.
    if (this.#asked > 1 || estate.clock.nowMs() >= (this.#leftUntilMs.get(host) ?? 0)) return
    refused.first ??= new ViolationError({ what: `${host} was asked within a minute after it had stalled` })
  }
}
