import { setTimeout as delay } from 'node:timers/promises'

export interface WaitOptions {
  /** What is waited for, as it reads in "waited 30 s for ...". */
  what: string
  deadlineMs?: number
  intervalMs?: number
}

/**
 * Asks again until the answer is neither undefined nor false, and gives it. A throw counts as "not yet" and is the
 * cause of the error when the deadline (default 30 s) passes.
 */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { what, deadlineMs = 60_000, intervalMs = 100 }: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + deadlineMs
  let lastError: unknown
  do {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
      lastError = undefined
    } catch (error) {
      lastError = error
    }
    await delay(intervalMs)
  } while (Date.now() < deadline)
  const why = lastError instanceof Error ? `: ${lastError.message}` : ''
  throw new Error(`waited ${deadlineMs / 1000} s for ${what}${why}`, { cause: lastError })
}
