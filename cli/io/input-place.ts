import { InvalidInputError } from '../../shared/errors.ts'

/** Runs a reader and puts the place in front of its complaint: `images.json: line 3: digest: expected …`. */
export const atPlace = <T>(place: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    throw error instanceof InvalidInputError ? withPlace(place, error) : error
  }
}

/** The same complaint with a place in front of it. */
export const withPlace = (place: string, error: InvalidInputError): InvalidInputError =>
  new InvalidInputError(`${place}: ${error.message}`, { cause: error })
