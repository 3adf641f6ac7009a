import { UnreadableRecordError } from '../errors.ts'

/**
 * Undefined where a record cannot be read: nothing is deleted of its repository or by its policy, and all others are
 * worked on as ever. The store has reported it.
 */
export async function unlessUnreadable<R>(work: () => Promise<R>): Promise<R | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UnreadableRecordError) return undefined
    throw error
  }
}
