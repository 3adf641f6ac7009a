import { readFileSync } from 'node:fs'
import { InvalidInputError } from '../../shared/errors.ts'

/** What the file of a flag holds. @throws InvalidInputError that says what the flag expects in it */
export function readJson(flag: string, expected: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause
    throw new InvalidInputError(`${flag}: expected ${expected} in ${file}: ${why}`, { cause })
  }
}
