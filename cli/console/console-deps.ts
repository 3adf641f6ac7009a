import type { Installation } from '../connect/installation.ts'
import type { Cached } from './cached.ts'

/** What the answers of the console are made of. */
export interface ConsoleDeps {
  readonly installation: Installation
  /** Of answers that read more than they show. */
  readonly cache: Cached
  readonly now: () => Date
}

/** What is read of many repositories or of a large one is read again no sooner. */
export const fewSecondsMs = 10_000
