import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { InvalidInputError } from '../../shared/errors.ts'

/**
 * Writes a plan as JSON to a file that a pipeline keeps, and answers a line with the sha256 of its bytes, as `sha256sum`
 * prints and checks it. Throws InvalidInputError where the file cannot be written.
 */
export async function writeReport(file: string, texts: Iterable<string>): Promise<string> {
  const hash = createHash('sha256')
  try {
    await using handle = await open(file, 'w')
    for (const text of texts) {
      hash.update(text)
      await handle.write(text)
    }
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause
    throw new InvalidInputError(`--report: expected a file that can be written, got ${file}: ${cause.message}`, {
      cause,
    })
  }
  return `${hash.digest('hex')}  ${file}\n`
}
