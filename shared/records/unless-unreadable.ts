import { UnreadableRecordError } from '../errors.ts'

/**
 * Undefined where a record cannot be read: it costs its own repository or policy, which nobody deletes from, and the
 * others go on. The store has told of it.
 */
export async function unlessUnreadable<R>(work: () => Promise<R>): Promise<R | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UnreadableRecordError) return undefined
    throw error
  }
}
