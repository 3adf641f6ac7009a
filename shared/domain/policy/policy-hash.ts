import { createHash } from 'node:crypto'
import type { CleanupPolicy } from './policy.ts'

/**
 * What does not count for the hash: who the policy is, when it runs, whether it does, how much it reports, and how much
 * it may delete at once. Every other field does, one that is added later too.
 */
const notCounted = [
  'name',
  'namespace',
  'schedule',
  'timeZone',
  'suspend',
  'dryRun',
  'startingDeadlineSeconds',
  'storageThresholdPercent',
  'historyLimit',
  'maxDeletionsPerRun',
  'maxDeletionPercent',
] as const satisfies readonly (keyof CleanupPolicy)[]

/** Lists whose order says nothing; that of `rules` does. */
const sets = ['exclude', 'keepTags', 'namespaces', 'targets'] as const satisfies readonly (keyof CleanupPolicy)[]

/** A hash of what a policy may delete and where, in hex: marks made under another hash no longer hold. */
export const policyHash = (policy: CleanupPolicy): string => {
  const meaning: Record<string, unknown> = { ...policy }
  // As if nothing were said: marks of a version that did not know the field hold.
  if (policy.archive === 'manifests') delete meaning.archive
  if (policy.action === 'Delete') delete meaning.action
  for (const field of notCounted) delete meaning[field]
  for (const field of sets) {
    const values = policy[field]
    if (values !== undefined) meaning[field] = [...new Set(values.map(canonical))].sort()
  }
  return createHash('sha256').update(canonical(meaning)).digest('hex')
}

/** JSON with the keys of every object in order; absent fields are left out. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`
}
