import type { z } from 'zod'
import { quoted } from './repository-name.ts'

/**
 * The first complaint of a schema in our words: the field, what was expected, what was given. `input` is what was parsed and
 * `whole` names it where no field is to blame.
 */
export const issueText = (error: z.ZodError, input: unknown, whole: string): string => {
  const [issue] = error.issues
  if (issue === undefined) return `${whole}: expected a valid value`
  const place = issue.path.map(key => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  const field = place === '' ? whole : place.replace(/^\./, '')
  if (issue.code === 'unrecognized_keys')
    return `${field}: expected known fields, got ${issue.keys.map(quoted).join(', ')}`
  return `${field}: ${expectation(issue)}, got ${shown(valueAt(input, issue.path))}`
}

/** Our schema words what it expects; what is left are plain types and limits of length, which zod knows. */
const expectation = (issue: z.core.$ZodIssue): string => {
  if (issue.message.startsWith('expected ')) return issue.message
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}`
  return `expected a valid value (${issue.code})`
}

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (isRecord(value) ? value[String(key)] : undefined), input)

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  return isRecord(value) ? 'an object' : String(value)
}
