import { parseRepositoryName } from '../../shared/domain/image-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { BlockWriter } from './block-writer.ts'
import { readImage } from './read-image.ts'

/** Takes bytes of an images file, as they come, and writes its images into rows. */
export interface ImagesReader {
  /** What an image is called in messages. */
  readonly unit: 'line' | 'image'
  take(bytes: Buffer): void
  /** Reads what is left. Throws InvalidInputError where the file is cut off. */
  end(): void
}

/** A complaint about one item, which knows its place: of a part of a file, it is not known where it begins. */
export class ItemError extends InvalidInputError {
  readonly number: number
  /** The complaint without its place. */
  readonly complaint: string
  constructor(unit: string, number: number, complaint: InvalidInputError) {
    super(`${unit} ${number}: ${complaint.message}`, { cause: complaint })
    this.number = number
    this.complaint = complaint.message
  }
}

const shownMax = 80

/** Reads the JSON text of one image into a row. Throws {@link ItemError}. */
export class ItemReader {
  readonly #unit: string
  readonly #rows: BlockWriter
  readonly #repositories = new Map<string, string>()
  constructor(unit: string, rows: BlockWriter) {
    this.#unit = unit
    this.#rows = rows
  }

  read(json: string, number: number): void {
    try {
      this.#rows.add(
        readImage(parse(json), text => this.#repositoryOf(text)),
        number,
      )
    } catch (error) {
      throw error instanceof InvalidInputError ? new ItemError(this.#unit, number, error) : error
    }
  }

  /** Repository names repeat a million times and are normalised once. */
  #repositoryOf(text: string): string {
    const known = this.#repositories.get(text)
    if (known !== undefined) return known
    const name = parseRepositoryName(text)
    this.#repositories.set(text, name)
    return name
  }
}

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    const shown = JSON.stringify(json.trim().slice(0, shownMax))
    throw new InvalidInputError(`expected an image as JSON, got ${shown}`, { cause })
  }
}

export const notUtf8 = (): InvalidInputError => new InvalidInputError('expected UTF-8, got other bytes')

export const nothingRead = (): InvalidInputError =>
  new InvalidInputError('expected {"images": […]} or one image a line, got nothing')
