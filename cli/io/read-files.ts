import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { parseRepositoryName } from '../../shared/domain/image-name.ts'
import type { CleanupPolicy } from '../../shared/domain/policy/cleanup-policy.ts'
import { parsePolicy } from '../../shared/domain/policy/parse-policy.ts'
import type { Usage } from '../../shared/domain/usage.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { ImageTable } from './image-table.ts'
import { atPlace, withPlace } from './input-place.ts'
import { readItems } from './json-items.ts'
import { readImage } from './read-image.ts'
import { parseUsage } from './read-usage.ts'

const maxPolicyBytes = 1024 * 1024
const maxUsageBytes = 512 * 1024 * 1024
const chunkBytes = 64 * 1024

/** The policy of a YAML or JSON file. Throws InvalidInputError that names the file. */
export const readPolicyFile = async (path: string): Promise<CleanupPolicy> => {
  const text = await readText(path, maxPolicyBytes)
  return atPlace(path, () => parsePolicy(parseYaml(text)))
}

/** What runs, from a JSON file. Throws InvalidInputError that names the file. */
export const readUsageFile = async (path: string): Promise<Usage> => {
  const text = await readText(path, maxUsageBytes)
  return atPlace(path, () => parseUsage(parseJson(text)))
}

/**
 * All images of a file, or of `input` for the path `-`, read as a stream. `onProgress` hears how many there are so far.
 * Throws InvalidInputError that names file and place.
 */
export const readImagesFile = async (
  path: string,
  input: AsyncIterable<Uint8Array>,
  onProgress: (images: number) => void,
): Promise<ImageTable> => {
  const table = new ImageTable()
  const repositoryOf = repositoryNames()
  let unit = 'image'
  try {
    const chunks = path === '-' ? input : createReadStream(path, { highWaterMark: chunkBytes })
    await readItems(chunks, (value, called, number) => {
      unit = called
      table.add(readImage(value, repositoryOf), number)
      onProgress(table.size)
    })
    table.checkDuplicates(unit)
  } catch (error) {
    throw explained(path === '-' ? 'standard input' : path, error)
  }
  return table
}

/** Repository names repeat a million times and are normalised once. */
const repositoryNames = (): ((text: string) => string) => {
  const names = new Map<string, string>()
  return text => {
    const known = names.get(text)
    if (known !== undefined) return known
    const name = parseRepositoryName(text)
    names.set(text, name)
    return name
  }
}

const readText = async (path: string, maxBytes: number): Promise<string> => {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) throw new InvalidInputError(`expected at most ${maxBytes} bytes, got ${size}`)
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
  } catch (error) {
    throw explained(path, error)
  }
}

/** File errors of the system become complaints about input; other errors are ours and stay what they are. */
const explained = (path: string, error: unknown): unknown => {
  if (error instanceof InvalidInputError) return withPlace(path, error)
  if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new InvalidInputError(`${path}: expected UTF-8, got other bytes`, { cause: error })
  }
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return error
  return new InvalidInputError(`${path}: expected a file that can be read, got ${String(error.code)}`, {
    cause: error,
  })
}

const parseYaml = (text: string): unknown => {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem === undefined) return document.toJS({ maxAliasCount: 20 })
  const line = text.slice(0, problem.pos[0]).split('\n').length
  throw new InvalidInputError(
    `line ${line}: expected one YAML or JSON document, got an error: ${oneLine(problem.message)}`,
  )
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? oneLine(cause.message) : ''
    throw new InvalidInputError(`expected JSON, got an error: ${why}`, { cause })
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
