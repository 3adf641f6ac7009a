import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { SharedRuns } from '../../domain/shared-runs.ts'
import { AccessDeniedError, NotFoundError, ShelflifeError, UnavailableError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import { errorOfGarbage } from './errors.ts'
import { type List, readItem, type Turns, tellItems } from './lists.ts'
import { type ItemChange, watchItems } from './watch.ts'

export interface FollowDeps {
  readonly connection: Connection
  readonly turns: Turns
  readonly now: () => Date
  /** How much longer than it was asked for a watch may last before it is ended from here. */
  readonly watchGraceMs: number
  /** One that ended earlier than after so long did not tell all. */
  readonly wholeWatchMs: number
  /** A list of no more items is read again each time: that takes less than a watch, which lasts a second whatever it tells. */
  readonly shortList: number
}

/** How old what is answered may be, and what tells whether the server still knows the version that is gone on from. */
export interface Asked {
  /** 0 for nothing that began before it was asked for. */
  readonly maxAgeMs: number
  /** The version that the server of the list is at, as of a read that began after it was asked for. */
  readonly findVersion: () => Promise<string | undefined>
}

/**
 * The server ends a watch of so many seconds by itself, having told what it knew by then. One that was cut, or ended early,
 * proves nothing.
 */
const watchSeconds = 1
const attempts = 3
/** So that what no watch tells costs at most this. */
const listAgainMs = 30 * 60_000

const text = z.string().optional().catch(undefined)
const identified = z.object({ metadata: z.object({ namespace: text, name: text, uid: text }) })

/**
 * The items of a list as they are now, at the price of what changed since they were asked for last: listed once, and then
 * brought up to date by a short watch from the version of that. Where no watch can tell, it is listed again.
 */
export class FollowedList<T> {
  readonly #list: List<T>
  readonly #deps: FollowDeps
  #items = new Map<string, T>()
  /** The same as long as nothing changed. */
  #values: readonly T[] | undefined
  /** From which on a watch tells what changed; undefined where it is to be listed again. */
  #version: string | undefined
  #listedAtMs = 0
  /** When the look began that was the last to succeed. */
  #asOfMs = Number.NaN
  readonly #runs = new SharedRuns()

  constructor(list: List<T>, deps: FollowDeps) {
    this.#list = list
    this.#deps = deps
  }

  /** As ReadList answers it; no one may change it. */
  async read(asked: Asked): Promise<readonly T[]> {
    const ageMs = this.#deps.now().getTime() - this.#asOfMs
    // Of a clock that was set back, nobody knows how old it is.
    if (!(ageMs >= 0 && ageMs < asked.maxAgeMs)) await this.#runs.fresh(() => this.#bringUpToDate(asked))
    this.#values ??= [...this.#items.values()]
    return this.#values
  }

  async #bringUpToDate({ findVersion }: Asked): Promise<void> {
    const begunAtMs = this.#deps.now().getTime()
    const listedAgoMs = begunAtMs - this.#listedAtMs
    const isShort = this.#items.size <= this.#deps.shortList
    const mayFollow = this.#version !== undefined && !isShort && listedAgoMs >= 0 && listedAgoMs < listAgainMs
    if (!(mayFollow && (await this.#isToldAll(findVersion)))) await this.#listAgain(begunAtMs)
    this.#asOfMs = begunAtMs
  }

  async #listAgain(begunAtMs: number): Promise<void> {
    this.#version = undefined
    this.#values = undefined
    const items = new Map<string, T>()
    const { connection, turns } = this.#deps
    const take = (item: unknown) => void items.set(keyOf(item), readItem(this.#list, item, connection))
    const version = await turns(this.#list, () => tellItems(this.#list, take, connection))
    this.#items = items
    this.#version = version
    this.#listedAtMs = begunAtMs
  }

  /** False where the list is to be read again, since no watch told all that changed. */
  async #isToldAll(findVersion: Asked['findVersion']): Promise<boolean> {
    const from = this.#version
    const now = findVersion().catch(() => undefined)
    try {
      await this.#watchWhole()
      return isReached(from, await now) && this.#version !== undefined
    } catch (error) {
      if (mayBeListed(error) || (isOfWatches(error) && (await now) !== undefined)) return false
      throw error
    }
  }

  /** Leaves no version where the server told less than all. */
  async #watchWhole(): Promise<void> {
    const { now, connection, watchGraceMs, wholeWatchMs } = this.#deps
    for (let attempt = 0; attempt < attempts && this.#version !== undefined; attempt++) {
      let openedAtMs = performance.now()
      let openedAt = now()
      const ended = await watchItems(
        { path: this.#list.path, action: this.#list.action.replace(/^list /, 'watch ') },
        this.#version,
        {
          seconds: watchSeconds,
          onOpen: () => {
            openedAtMs = performance.now()
            openedAt = now()
          },
          onChange: (type, item) => this.#take(type, item),
        },
        watchGraceMs,
        connection,
      )
      this.#version = ended?.version
      // Longer than it may last: the process was frozen under way, and what the watch told is of before.
      const wasFrozen = now().getTime() - openedAt.getTime() > watchSeconds * 1000 + watchGraceMs
      if (ended?.isWhole && !wasFrozen && performance.now() - openedAtMs >= wholeWatchMs) return
    }
    this.#version = undefined
  }

  #take(type: ItemChange, item: unknown): void {
    const { connection } = this.#deps
    // What it would change is known by the list alone.
    if (type === 'unknown')
      throw errorOfGarbage({ ...this.#list, cluster: connection.cluster }, 'known types of events')
    const key = keyOf(item)
    this.#values = undefined
    if (type === 'gone') this.#items.delete(key)
    else this.#items.set(key, readItem(this.#list, item, connection))
  }
}

/**
 * By name as well, since a server of its own, or a restore, may give two objects one uid. An item without an identity takes
 * the place of no other, and stays until the list is read again.
 */
function keyOf(item: unknown): string {
  const { namespace, name, uid } = identified.safeParse(item).data?.metadata ?? {}
  return name || uid ? JSON.stringify([namespace, name, uid]) : randomUUID()
}

/** Who may list and not watch lists each time; a server that does not answer, or asks for less, is not asked for more. */
const mayBeListed = (error: unknown): boolean =>
  error instanceof AccessDeniedError ||
  error instanceof NotFoundError ||
  (error instanceof UnavailableError && error.kind === 'server')

/** Where lists are answered meanwhile, something on the way takes no watches, and will take none the next time. */
const isOfWatches = (error: unknown): boolean =>
  error instanceof ShelflifeError && !(error instanceof UnavailableError && error.kind === 'rate-limited')

/** From 0 a watch tells what some cache of the server happens to have. */
const isNumber = (version: string | undefined): version is string => version !== undefined && /^[1-9]\d*$/.test(version)

/**
 * False where the cluster is not at this version yet, as after it was restored from a backup: then a watch tells nothing.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
const isReached = (version: string | undefined, now: string | undefined): boolean =>
  isNumber(version) && isNumber(now) && BigInt(now) >= BigInt(version)
