import type { z } from 'zod'

/** One line for each mistake: the field, what was expected there, and what was given. `root` is the name of the whole. */
export const describeIssues = (error: z.ZodError, input: unknown, root: string): string =>
  error.issues
    .map(issue => `${root}${pathOf(issue.path)}: ${expectation(issue, valueAt(input, issue.path))}`)
    .join('\n')

function expectation(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'unrecognized_keys')
    return `expected no field ${issue.keys.join(', ')}; see the fields of Config in infra/config.ts and shared/settings.ts`
  if (issue.code === 'too_small' && issue.origin === 'string')
    return `expected a text that is not empty, got ${shown(value)}`
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.join(', ')}, got ${shown(value)}`
  if (issue.code === 'invalid_type') return `expected ${issue.expected}, got ${shown(value)}`
  return `${issue.message}, got ${shown(value)}`
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part]
  return value
}

/** Short, so that a secret which was pasted where its name belongs is not repeated whole. */
function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
