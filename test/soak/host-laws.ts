import type { SyncCredential } from '../../shared/domain/sync-credential.ts'
import { UnavailableError } from '../../shared/errors.ts'
import type { RegistryReader } from '../../shared/ports/registry.ts'
import type { TaskResult } from '../../shared/sync/task-deps.ts'
import { stallingHost } from './estate.ts'
import type { Model } from './model.ts'
import type { RepositoryBook } from './registry-book.ts'
import { ViolationError } from './violation.ts'

type Outcome = TaskResult['outcome'] | undefined

/** The shortest while for which what stalled is left alone. */
const leastWhileMs = 60_000
const stallSeconds = 15

/**
 * What syncs may do to hosts, and what hosts that stall may do to syncs: a repository at which its host stalled is left
 * alone, whoever waits counts no failure, and nobody waits for the host of another.
 */
export class HostLaws {
  /** Hosts that failed since the last sync that went well, and `host/path` of the repositories at which one stalled. */
  readonly #troubled = new Set<string>()
  /** By `host/path`. */
  readonly #leftUntilMs = new Map<string, number>()
  readonly #world: () => Model
  /** What the task under way, or the last one, asked. */
  #task = { calls: 0, stalledAt: undefined as string | undefined }
  constructor(world: () => Model) {
    this.#world = world
  }

  /** The sync under way, or the last one, has asked its registry something. */
  get hasAsked(): boolean {
    return this.#task.calls > 0
  }

  /** The registry answers for it with errors of its own. */
  sawTrouble(host: string): void {
    this.#troubled.add(host)
  }

  /** The same reader, over a host that stalls from some call on, while it does. `repository`: a sync reads that. */
  stalling<R extends RegistryReader>(reader: R, host: string, repository?: string): R {
    let calls = 0
    const call = (perform: () => unknown) => {
      const { faults, estate } = this.#world()
      if (repository !== undefined) this.#noteAsked(repository)
      calls += 1
      if (host !== stallingHost || calls <= faults.stallsAfter) return perform()
      if (repository !== undefined) this.#task.stalledAt = repository
      for (const one of [host, repository ?? host]) this.#troubled.add(one)
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

  /** Follows one hint; `isHandled` says of what that answers whether the hint came to its end. */
  async watchHint<T>(follow: () => Promise<T>, isHandled: (ended: T) => boolean): Promise<T> {
    this.#begin()
    const ended = await follow()
    this.#noteStall(isHandled(ended))
    return ended
  }

  /**
   * Makes one sync, and looks at what it did to its host and to its record.
   * `sync` answers how it ended, undefined where it did not: it was killed, or is made again.
   */
  async watchSync({ host, id }: RepositoryBook, credential: SyncCredential, sync: () => Promise<Outcome>) {
    const { figures, estate, refused } = this.#world()
    this.#begin()
    const before = await estate.store.findSync(id, credential)
    const outcome = await sync()
    const refuse = (what: string) => {
      refused.first ??= new ViolationError({ what: `sync of ${id}: ${what}`, repository: id })
    }
    if (outcome === 'deferred') {
      figures['deferred syncs'] += 1
      const after = await estate.store.findSync(id, credential)
      if (![host, id].some(one => this.#troubled.has(one)))
        refuse(`deferred, and ${host} is well (${after?.deferred?.message})`)
      // A first record may be adopted from what a version before wrote, with the failures that it had counted.
      if (before && after?.failureCount !== before.failureCount) refuse('deferred, and counted as a failure')
      if (before && after?.lastOutcome?.attempt !== before.lastOutcome?.attempt)
        refuse('deferred, and told as an attempt')
    }
    this.#noteStall(outcome !== undefined)
    if (outcome === 'synced' && this.#task.stalledAt === undefined)
      for (const one of [host, id]) this.#troubled.delete(one)
    return outcome
  }

  #begin(): void {
    this.#task = { calls: 0, stalledAt: undefined }
  }

  /** What was killed may have told nobody. */
  #noteStall(isTold: boolean): void {
    const { figures, estate } = this.#world()
    const { stalledAt } = this.#task
    if (stalledAt === undefined) return
    figures['stalled syncs'] += 1
    if (isTold) this.#leftUntilMs.set(stalledAt, estate.clock.nowMs() + leastWhileMs)
  }

  #noteAsked(repository: string): void {
    const { refused, estate } = this.#world()
    this.#task.calls += 1
    // Within one sync many are asked for at once.
    if (this.#task.calls > 1 || estate.clock.nowMs() >= (this.#leftUntilMs.get(repository) ?? 0)) return
    const what = `${repository} was asked within a minute after its host had stalled at it`
    refused.first ??= new ViolationError({ what, repository })
  }
}
