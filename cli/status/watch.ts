import { setTimeout as sleep } from 'node:timers/promises'
import { UnavailableError } from '../../shared/errors.ts'

/** What is looked at again and again, and where it is shown. */
export interface Watched {
  /** The text of now. */
  readonly read: () => Promise<string>
  readonly show: (text: string) => Promise<void>
  readonly everyMs: number
  /** Ends the watch, which is no error. */
  readonly signal: AbortSignal
}

/** Shows a text anew, with a pause between, until it is ended. What does not answer is told and asked again. */
export async function watch({ read, show, everyMs, signal }: Watched): Promise<void> {
  while (!signal.aborted) {
    await show(await read().catch(unavailableText))
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
}

const unavailableText = (error: unknown): string => {
  if (error instanceof UnavailableError) return `${error.message}\n`
  throw error
}
