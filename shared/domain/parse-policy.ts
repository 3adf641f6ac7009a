import { InvalidInputError } from '../errors.ts'
import type { CleanupPolicy } from './cleanup-policy.ts'
import { parseDurationMs } from './duration.ts'
import { type PolicyObject, policyObjectSchema } from './policy-schema.ts'
import { quoted } from './repository-name.ts'
import { compileGlob, type GlobSubject } from './retention/glob.ts'
import { compileGroupBy } from './retention/group-of.ts'

type Issue = NonNullable<ReturnType<typeof policyObjectSchema.safeParse>['error']>['issues'][number]

/**
 * Reads an ImageCleanupPolicy object, as a cluster or a YAML file gives it, with the defaults and limits of its CRD.
 * Patterns are compiled once to see that they can be; a schedule is only taken over, since an invalid one is an outcome
 * of its own (see schedule.ts). Throws InvalidInputError that names the field, what was expected and what came.
 */
export const parsePolicy = (object: unknown): CleanupPolicy => {
  const parsed = policyObjectSchema.safeParse(object)
  if (!parsed.success) throw new InvalidInputError(issueText(parsed.error.issues[0], object))
  return policyOf(parsed.data)
}

const policyOf = ({ metadata, spec }: PolicyObject): CleanupPolicy => {
  const { gracePeriod, ...rest } = spec
  for (const [at, glob] of spec.keepTags.entries()) checkGlob(`spec.keepTags[${at}]`, glob, 'tag')
  for (const [at, { name, tag }] of spec.exclude.entries()) {
    checkGlob(`spec.exclude[${at}].name`, name, 'name')
    checkGlob(`spec.exclude[${at}].tag`, tag, 'tag')
  }
  const { groupBy } = spec
  if (groupBy !== undefined) inField('spec.groupBy', () => compileGroupBy(groupBy))
  return {
    ...rest,
    name: metadata?.name ?? '',
    ...(metadata?.namespace === undefined ? {} : { namespace: metadata.namespace }),
    gracePeriodMs: inField('spec.gracePeriod', () => parseDurationMs(gracePeriod)),
  }
}

const checkGlob = (field: string, glob: string | undefined, subject: GlobSubject): void => {
  if (glob !== undefined) inField(field, () => compileGlob(glob, subject))
}

const inField = <T>(field: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(`${field}: ${error.message}`, { cause: error })
  }
}

const issueText = (issue: Issue | undefined, object: unknown): string => {
  if (issue === undefined) return 'expected an ImageCleanupPolicy object'
  const place = issue.path.map(key => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  const field = place === '' ? 'policy' : place.replace(/^\./, '')
  if (issue.code === 'unrecognized_keys')
    return `${field}: expected fields of the CRD, came ${issue.keys.map(quoted).join(', ')}`
  return `${field}: ${expectation(issue)}, came ${shown(valueAt(object, issue.path))}`
}

/** Our schema words what it expects; what is left are plain types and limits of length, which zod knows. */
const expectation = (issue: Issue): string => {
  if (issue.message.startsWith('expected ')) return issue.message
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}`
  return `expected a valid value (${issue.code})`
}

const valueAt = (object: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (isRecord(value) ? value[String(key)] : undefined), object)

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  return isRecord(value) ? 'an object' : String(value)
}
