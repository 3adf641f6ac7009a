import { ConflictError } from '../errors.ts'

/**
 * The one way to read again and decide again: `attempt` reads, decides and saves, and is made anew where another write
 * came first, so often in all.
 * @throws ConflictError that ended the last attempt
 */
export async function saveLatest<R>(attempt: (isFirst: boolean) => Promise<R>, attempts = 5): Promise<R> {
  for (let made = 1; ; made++) {
    try {
      return await attempt(made === 1)
    } catch (error) {
      if (!(error instanceof ConflictError) || made >= attempts) throw error
    }
  }
}

/** What `save` answers; undefined where another write came first and the next look is to decide. */
export async function saveUnlessOvertaken<R>(save: () => Promise<R>): Promise<R | undefined> {
  try {
    return await save()
  } catch (error) {
    if (error instanceof ConflictError) return undefined
    throw error
  }
}

/**
 * What `save` answers; where another write came first, `onOvertaken` is called and its record answered. Absent: it
 * throws.
 */
export async function saveOrYield<R>(save: () => Promise<R>, onOvertaken: (() => void) | undefined): Promise<R> {
  try {
    return await save()
  } catch (error) {
    if (!onOvertaken || !(error instanceof ConflictError) || error.current === undefined) throw error
    onOvertaken()
    return error.current as R
  }
}
