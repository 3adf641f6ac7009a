import { dayMs } from '../domain/duration.ts'
import type { SyncRequest } from '../domain/events.ts'
import type { SyncProgress, SyncRecord } from '../domain/records/syncs.ts'
import type { Draft } from '../ports/store.ts'
import { saveLatest } from '../records/save-latest.ts'
import { withAnswered } from './save-sync.ts'
import { beginning, type Position, reserveMs, type Slice } from './slice.ts'
import { idOf, type TaskDeps } from './task-deps.ts'

/** A sync that is not through after so long begins anew: what it read first would be outdated. */
const maxPassMs = dayMs
const firstChunk = 32
/** The most that `spec.timeout` can be; a hint has none. */
const mostMs = 14 * 60_000
const leastMs = 1000

export interface PassAsked extends Pick<SyncRequest, 'registry' | 'repository' | 'credential' | 'asks' | 'tags'> {
  readonly attempt: string
  readonly trigger: SyncRequest['trigger']
  /** 0: of a large repository it is only noted that it is to be read. */
  readonly timeoutMs?: number
}

type PassDeps = Pick<TaskDeps, 'store' | 'now' | 'remainingMs' | 'deadline'>

/** Another invocation went on with the same sync meanwhile. */
export class OvertakenError extends Error {}

/**
 * A full sync of one credential, of which this invocation does one slice: all of it as a rule, of a large repository what
 * the time allows. How far it came is saved after every chunk, so that one that is killed is continued.
 */
export class Pass implements Slice {
  readonly timeMs: number
  readonly signal: AbortSignal
  readonly firstChunk: number
  readonly tags: readonly string[]
  readonly now: () => Date
  /** When it began, in whichever slice. */
  readonly startedAt: Date
  /** True where the invocation ends before the time that was asked for is over. */
  readonly isShort: boolean
  /** It has come further in this slice. */
  hasMoved = false
  readonly #asked: PassAsked
  readonly #store: TaskDeps['store']
  /** As it is stored. */
  #stored: SyncRecord | undefined
  #draft: Draft<SyncRecord>
  #progress: SyncProgress | undefined

  /** `previous` is `stored`, or stands for it where there is none. */
  constructor(
    asked: PassAsked,
    stored: SyncRecord | undefined,
    previous: Draft<SyncRecord> | undefined,
    { store, now, remainingMs, deadline = AbortSignal.timeout }: PassDeps,
  ) {
    const startedAt = now()
    const askedMs = asked.timeoutMs ?? mostMs
    const leftMs = (remainingMs?.() ?? Number.POSITIVE_INFINITY) - reserveMs
    const kept = previous?.progress
    this.#asked = asked
    this.#store = store
    this.#stored = stored
    this.#draft = previous ?? { repository: idOf(asked), credential: asked.credential, failureCount: 0 }
    this.#progress = kept && startedAt.getTime() - kept.startedAt.getTime() <= maxPassMs ? kept : undefined
    this.now = now
    this.tags = asked.tags ?? []
    this.isShort = leftMs < askedMs
    this.timeMs = askedMs === 0 ? 0 : Math.max(leastMs, Math.min(askedMs, leftMs))
    this.signal = deadline(this.timeMs)
    // One that failed may have been asked for too much at once.
    this.firstChunk = this.#draft.failureCount > 0 ? 1 : firstChunk
    this.startedAt = this.#progress?.startedAt ?? startedAt
  }

  get from(): Position | undefined {
    return this.#progress
  }

  /** The record that the outcome is to be written over. */
  get stored(): SyncRecord | undefined {
    return this.#stored
  }

  get previous(): Draft<SyncRecord> {
    return this.#draft
  }

  get trigger(): SyncRequest['trigger'] {
    return this.#progress?.trigger ?? this.#asked.trigger
  }

  /** What its end answers: who asks in its midst may mean what it has passed. */
  get asks(): readonly string[] {
    return this.#progress?.asks ?? this.#asked.asks ?? []
  }

  /** It was too much at once: the next goes through it in chunks, however small the repository is. */
  async divide(): Promise<void> {
    if (!this.#progress) await this.moved(beginning)
  }

  async readTags(): Promise<void> {
    const answered = this.#asked.asks?.slice(0, this.tags.length) ?? []
    await this.#save({ ...this.#draft, ...withAnswered(this.#draft, answered) }, this.#progress)
  }

  async moved(position: Position): Promise<void> {
    const { asks = [], attempt, trigger } = this.#asked
    const begun: SyncProgress = { attempt, trigger, startedAt: this.startedAt, asks, slices: 0, ...beginning }
    const { failedAt: _, ...before } = this.#progress ?? begun
    const slices = this.hasMoved ? before.slices : before.slices + 1
    await this.#save(this.#draft, { ...before, ...position, slices })
    this.hasMoved = true
  }

  async #save({ deferred: _, ...draft }: Draft<SyncRecord>, progress: SyncProgress | undefined): Promise<void> {
    await saveLatest(async isFirst => {
      const { rest, over } = isFirst ? { rest: draft, over: this.#stored } : await this.#readAgain(draft)
      await this.#write({ ...rest, ...(progress && { progress }) }, over)
    }, 2)
  }

  /** What another wrote meanwhile, who is not to have gone on with the same sync. */
  async #readAgain(draft: Draft<SyncRecord>): Promise<{ rest: Draft<SyncRecord>; over: SyncRecord | undefined }> {
    const over = await this.#store.findSync(draft.repository, draft.credential)
    if (!isSamePlace(over?.progress, this.#draft.progress)) throw new OvertakenError('another goes on with it')
    const { deferred: _, ...rest }: Draft<SyncRecord> = over ?? draft
    return { rest, over }
  }

  async #write(draft: Draft<SyncRecord>, over: SyncRecord | undefined): Promise<void> {
    this.#stored = await this.#store.saveSync(draft, over)
    this.#draft = this.#stored
    this.#progress = this.#stored.progress
  }
}

const isSamePlace = (a: SyncProgress | undefined, b: SyncProgress | undefined): boolean =>
  a?.attempt === b?.attempt && a?.after === b?.after && a?.slices === b?.slices
