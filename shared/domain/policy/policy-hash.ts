import { createHash } from 'node:crypto'
import type { CleanupPolicy } from './cleanup-policy.ts'

/**
 * A hash of what a policy dooms and where: marks made under another hash no longer hold. When it runs (`schedule`,
 * `timeZone`, `suspend`, `startingDeadlineSeconds`, `storageThresholdPercent`), how much it reports (`historyLimit`) and
 * how much it may delete at once do not count, nor does the order of lists that are sets.
 */
export const policyHash = (policy: CleanupPolicy): string => {
  const { keepRecent, unusedDays, keepDays, semver, groupBy, gracePeriodMs, selector } = policy
  const meaning = {
    keepRecent,
    unusedDays,
    keepDays,
    semver,
    groupBy,
    gracePeriodMs,
    selector,
    exclude: asSet(policy.exclude),
    keepTags: asSet(policy.keepTags),
    namespaces: policy.namespaces && asSet(policy.namespaces),
    targets: asSet(policy.targets),
  }
  return createHash('sha256').update(canonical(meaning)).digest('hex')
}

const asSet = (values: readonly unknown[]): readonly string[] => [...new Set(values.map(canonical))].sort()

/** JSON with the keys of every object in order; absent fields are left out. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`
}
