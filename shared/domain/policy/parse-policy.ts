import { InvalidInputError } from '../../errors.ts'
import { parseDurationMs } from '../duration.ts'
import { issueText } from '../issue-text.ts'
import { compileGlob, type GlobSubject } from '../retention/glob.ts'
import { compileGroupBy } from '../retention/versions/group-of.ts'
import type { CleanupPolicy } from './policy.ts'
import { type PolicyObject, policyObjectSchema } from './policy-schema.ts'

/**
 * Reads an ImageCleanupPolicy object, as a cluster or a YAML file gives it, with the defaults and limits of its CRD.
 * Patterns are compiled once to see that they can be; a schedule is only taken over, since an invalid one is an outcome
 * of its own (see schedule.ts). Throws InvalidInputError that names the field, what was expected and what was given.
 */
export const parsePolicy = (object: unknown): CleanupPolicy => {
  const parsed = policyObjectSchema.safeParse(object)
  if (!parsed.success) throw new InvalidInputError(issueText(parsed.error, object, 'policy'))
  return policyOf(parsed.data)
}

const policyOf = ({ metadata, spec }: PolicyObject): CleanupPolicy => {
  const { gracePeriod, ...rest } = spec
  for (const [at, glob] of spec.keepTags.entries()) checkGlob(`spec.keepTags[${at}]`, glob, 'tag')
  for (const [at, { name, tag }] of spec.exclude.entries()) {
    checkGlob(`spec.exclude[${at}].name`, name, 'name')
    checkGlob(`spec.exclude[${at}].tag`, tag, 'tag')
  }
  checkGroupBy('spec.groupBy', spec.groupBy)
  for (const [at, { tags, groupBy }] of (spec.rules ?? []).entries()) {
    for (const [which, glob] of (tags ?? []).entries()) checkGlob(`spec.rules[${at}].tags[${which}]`, glob, 'tag')
    checkGroupBy(`spec.rules[${at}].groupBy`, groupBy)
  }
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

const checkGroupBy = (field: string, pattern: string | undefined): void => {
  if (pattern !== undefined) inField(field, () => compileGroupBy(pattern))
}

const inField = <T>(field: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(`${field}: ${error.message}`, { cause: error })
  }
}
