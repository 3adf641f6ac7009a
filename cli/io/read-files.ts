import { readFile, stat } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { parsePolicy } from '../../shared/domain/policy/parse-policy.ts'
import type { CleanupPolicy } from '../../shared/domain/policy/policy.ts'
import { checkSchedule, ScheduleError, scheduleFields } from '../../shared/domain/schedule.ts'
import type { Usage } from '../../shared/domain/usage.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { ImageTable } from './image-table.ts'
import { atPlace, withPlace } from './input-place.ts'
import { readFileParts, readStream } from './read-parts.ts'
import { parseUsage } from './read-usage.ts'

const maxPolicyBytes = 1024 * 1024
const maxUsageBytes = 512 * 1024 * 1024

/**
 * The policy of a YAML or JSON file. Throws InvalidInputError that names the file; a schedule that cannot be followed,
 * which is a condition of an object in a cluster, is bad input of a file.
 */
export const readPolicyFile = async (path: string): Promise<CleanupPolicy> => {
  const text = await readText(path, maxPolicyBytes)
  return atPlace(path, () => {
    const policy = parsePolicy(parseYaml(text))
    checkFileSchedule(policy)
    return policy
  })
}

const checkFileSchedule = ({ schedule, timeZone }: CleanupPolicy): void => {
  try {
    checkSchedule(schedule, timeZone)
  } catch (error) {
    throw error instanceof ScheduleError ? withPlace(`spec.${scheduleFields[error.reason]}`, error) : error
  }
}

/** What runs, from a JSON file. Throws InvalidInputError that names the file. */
const readUsageFile = async (path: string): Promise<Usage> => {
  const text = await readText(path, maxUsageBytes)
  return atPlace(path, () => parseUsage(parseJson(text)))
}

/** The same by the value of `--usage`, of which the word `none` is that nothing runs. */
export const readUsageOption = async (value: string): Promise<Usage> =>
  value === 'none' ? { complete: true, workloads: [] } : readUsageFile(value)

/**
 * All images of a file, or of `input` for the path `-`, read as a stream. `onProgress` is called with how many there
 * are so far. Throws InvalidInputError that names file and place.
 */
export const readImagesFile = async (
  path: string,
  input: AsyncIterable<Uint8Array>,
  onProgress: (images: number) => void,
): Promise<ImageTable> => {
  try {
    const { table, unit } = path === '-' ? await readStream(input, onProgress) : await readFileParts(path, onProgress)
    table.checkDuplicates(unit)
    return table
  } catch (error) {
    throw explained(path === '-' ? 'standard input' : path, error)
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
