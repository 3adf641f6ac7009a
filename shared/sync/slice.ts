import type { SyncProgress } from '../domain/records/syncs.ts'

/** Up to so many tags, listed as well as recorded, a repository is read and recorded at once; a larger one in slices. */
export const mostAtOnce = 10_000

/** Milliseconds left of an invocation for what is under way and for the records. */
export const reserveMs = 20_000

/** How far a sync came that is too large for one invocation; see `SyncProgress`. */
export type Position = Pick<SyncProgress, 'after' | 'done' | 'total' | 'tagCount' | 'changes' | 'hasRead' | 'denied'>

export const beginning: Position = {
  after: '',
  done: 0,
  total: 0,
  tagCount: 0,
  changes: 0,
  hasRead: false,
  denied: [],
}

/** What one invocation does of a sync that may be too large for it. */
export interface Slice {
  /** Where the one before ended; absent where this is the first. */
  readonly from?: Position | undefined
  /** Milliseconds that it may take. Without any it is only noted that it is to be done. */
  readonly timeMs: number
  /** Aborted when they are over. */
  readonly signal?: AbortSignal | undefined
  /** Names that it begins with; more follow as they take little time. */
  readonly firstChunk: number
  readonly now: () => Date
  /** Tags that are read before all others. */
  readonly tags: readonly string[]
  /** Those are read. */
  readonly readTags: () => Promise<void>
  /** So much is done and recorded. What it throws ends the slice. */
  readonly moved: (position: Position) => Promise<void>
}

/** However long it takes, and nothing of it is kept. */
export const inOneGo: Slice = {
  timeMs: Number.POSITIVE_INFINITY,
  firstChunk: 1024,
  now: () => new Date(),
  tags: [],
  readTags: async () => undefined,
  moved: async () => undefined,
}
