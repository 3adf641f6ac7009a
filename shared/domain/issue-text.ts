import type { z } from 'zod'
import { quoted, quotedWithin } from './repository-name.ts'

/** How complaints are worded where the default does not do. */
export interface IssueWording {
  /** Where in something larger the input stands: fields are named from there on. */
  readonly root?: string
  /** How much of a text that was given is repeated; default 140 characters. */
  readonly maxShown?: number
  /** Names no value that was given, for what may hold a secret. */
  readonly hidesValues?: boolean
}

/**
 * The complaints of a schema in our words, in its order: the field, what was expected, what was given. `input` is what
 * was parsed and `whole` names it where no field is to blame.
 */
export const issueTexts = (
  { issues }: z.ZodError,
  input: unknown,
  whole: string,
  wording: IssueWording = {},
): string[] => issues.map(issue => textOf(issue, input, whole, wording))

/** The first of {@link issueTexts}. */
export const issueText = (error: z.ZodError, input: unknown, whole: string): string =>
  issueTexts(error, input, whole)[0] ?? `${whole}: expected a valid value`

const textOf = (issue: z.core.$ZodIssue, input: unknown, whole: string, wording: IssueWording): string => {
  const place = issue.path.map(stepText).join('')
  const field = `${wording.root ?? ''}${place}`.replace(/^\./, '') || whole
  const expected = `${field}: ${expectation(issue)}`
  if (wording.hidesValues) return expected
  if (issue.code === 'unrecognized_keys') return `${expected}, got ${issue.keys.map(quoted).join(', ')}`
  return `${expected}, got ${shown(valueAt(input, issue.path), wording.maxShown)}`
}

/** Keys of foreign objects may hold anything: line breaks, a megabyte. */
const stepText = (key: PropertyKey): string => {
  if (typeof key === 'number') return `[${key}]`
  const text = String(key)
  return /^[\w-]{1,64}$/.test(text) ? `.${text}` : `[${quoted(text)}]`
}

/** Our schemas say what they expect; what is left are plain types and limits of length, which zod knows. */
const expectation = (issue: z.core.$ZodIssue): string => {
  if (issue.message.startsWith('expected ') || issue.code === 'custom') return issue.message
  if (issue.code === 'unrecognized_keys') return 'expected known fields'
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}${unitOf(issue.origin)}`
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1)
    return 'expected a text that is not empty'
  if (issue.code === 'too_small') return `expected at least ${issue.minimum}${unitOf(issue.origin)}`
  return `expected a valid value (${issue.code})`
}

const unitOf = (origin: string): string =>
  origin === 'string' ? ' characters' : origin === 'array' || origin === 'set' ? ' entries' : ''

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (isRecord(value) ? value[String(key)] : undefined), input)

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const shown = (value: unknown, maxShown?: number): string => {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return maxShown === undefined ? quoted(value) : quotedWithin(value, maxShown)
  if (Array.isArray(value)) return `a list of ${value.length}`
  return isRecord(value) ? 'an object' : String(value)
}
