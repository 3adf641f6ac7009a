import * as z from 'zod'
import { issueText } from '../../../shared/domain/issue-text.ts'
import { InvalidInputError } from '../../../shared/errors.ts'

const literalSchema = z.union([z.string(), z.number(), z.boolean(), z.null()])
const excludedSchema = z.union([
  z.string(),
  z.number(),
  z.array(z.union([z.string(), z.number()])).min(1),
  z.strictObject({ prefix: z.string() }),
])
const matcherSchema = z.union([
  literalSchema,
  z.strictObject({ prefix: z.string() }),
  z.strictObject({ suffix: z.string() }),
  z.strictObject({ exists: z.boolean() }),
  z.strictObject({ 'anything-but': excludedSchema }),
])
type Matcher = z.infer<typeof matcherSchema>

/** An EventBridge pattern: objects follow the event, arrays list what the field may be. */
export interface EventPattern {
  readonly [field: string]: readonly Matcher[] | EventPattern
}

const patternSchema: z.ZodType<EventPattern> = z.lazy(() =>
  z.record(
    z.string().refine(field => !field.startsWith('$'), 'operators such as $or are not supported'),
    z.union([z.array(matcherSchema).min(1), patternSchema]),
  ),
)

/** Refuses a pattern that the embedded bus would not match as EventBridge does. */
export const parseEventPattern = (pattern: unknown): EventPattern => {
  const parsed = patternSchema.safeParse(pattern)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(
    `event pattern is not supported by the embedded bus (exact values, prefix, suffix, exists and anything-but are): ${issueText(parsed.error, pattern, 'the whole')}`,
  )
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */
export const matchesPattern = (pattern: EventPattern, event: unknown): boolean =>
  Object.entries(pattern).every(([field, expected]) => {
    const value = memberOf(event, field)
    return isMatcherList(expected) ? matchesAny(expected, value) : matchesPattern(expected, value)
  })

const isMatcherList = (expected: readonly Matcher[] | EventPattern): expected is readonly Matcher[] =>
  Array.isArray(expected)

const memberOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, field)
    ? (value as Record<string, unknown>)[field]
    : undefined

const matchesAny = (matchers: readonly Matcher[], value: unknown): boolean => {
  // An array in the event matches when one of its elements does.
  const candidates: unknown[] = Array.isArray(value) ? value : [value]
  return matchers.some(matcher => candidates.some(candidate => matches(matcher, candidate)))
}

const matches = (matcher: Matcher, value: unknown): boolean => {
  if (typeof matcher !== 'object' || matcher === null) return value === matcher
  if ('prefix' in matcher) return typeof value === 'string' && value.startsWith(matcher.prefix)
  if ('suffix' in matcher) return typeof value === 'string' && value.endsWith(matcher.suffix)
  if ('exists' in matcher) return matcher.exists === (value !== undefined)
  return value !== undefined && !isExcluded(matcher['anything-but'], value)
}

const isExcluded = (excluded: z.infer<typeof excludedSchema>, value: unknown): boolean => {
  if (Array.isArray(excluded)) return excluded.some(one => one === value)
  if (typeof excluded === 'object') return typeof value === 'string' && value.startsWith(excluded.prefix)
  return excluded === value
}
