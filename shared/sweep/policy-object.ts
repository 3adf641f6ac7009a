import { createHash } from 'node:crypto'
import { z } from 'zod'
import { parseDurationMs } from '../domain/duration.ts'
import type { RetentionPolicy } from '../domain/policy.ts'
import { InvalidInputError } from '../errors.ts'
import type { CustomObject } from '../ports/cluster.ts'

const days = z.int().min(1).max(3650)
const perDimension = z.int().min(1).max(100)
const requirement = z.object({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(z.string()).default([]),
})
const selector = z.object({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z.array(requirement).default([]),
})

const retention = {
  keepRecent: z.int().min(0).max(1000).exactOptional(),
  unusedDays: days.exactOptional(),
  keepDays: days.exactOptional(),
  semver: z
    .object({
      majorVersions: perDimension.exactOptional(),
      minorVersions: perDimension.exactOptional(),
      patches: perDimension.exactOptional(),
    })
    .exactOptional(),
  exclude: z.array(z.object({ name: z.string().exactOptional(), tag: z.string().exactOptional() })).default([]),
  keepTags: z.array(z.string()).default([]),
  groupBy: z.string().max(256).exactOptional(),
  gracePeriod: z.string().default('24h'),
  maxDeletionsPerRun: z.int().min(1).max(100_000).default(100),
  maxDeletionPercent: z.int().min(1).max(100).default(50),
}

const policySpec = z
  .object({
    ...retention,
    schedule: z.string().exactOptional(),
    timeZone: z.string().exactOptional(),
    namespaces: z.array(z.string()).exactOptional(),
    selector: selector.exactOptional(),
    targets: z.array(z.enum(['Configuration', 'NodeCache', 'RegistryArtifact'])).default(['Configuration']),
    dryRun: z.boolean().default(false),
    suspend: z.boolean().default(false),
    startingDeadlineSeconds: z.int().min(0).default(3600),
    historyLimit: z.int().min(0).max(20).default(5),
  })
  .refine(
    spec => [spec.keepRecent, spec.unusedDays, spec.keepDays, spec.semver].some(rule => rule !== undefined),
    'at least one of keepRecent, unusedDays, keepDays or semver is required',
  )

export type PolicySpec = z.output<typeof policySpec>
export type Selector = z.output<typeof selector>

/** An ImageCleanupPolicy, read. `id` is `cluster/namespace/name`. */
export interface Policy {
  readonly id: string
  readonly object: CustomObject
  readonly spec: PolicySpec
  readonly retention: RetentionPolicy
  /** Changes when what the policy decides or deletes changes; schedule, suspension and history do not count. */
  readonly hash: string
}

/** @throws InvalidInputError that names the policy, the field, what was expected and what came */
export function parsePolicyObject(object: CustomObject): Policy {
  const parsed = policySpec.safeParse(object.spec)
  const { namespace, name } = object.metadata
  if (!parsed.success)
    throw new InvalidInputError(`ImageCleanupPolicy ${namespace}/${name}: ${z.prettifyError(parsed.error)}`)
  const {
    gracePeriod,
    schedule: _s,
    timeZone: _z,
    suspend: _p,
    startingDeadlineSeconds: _d,
    historyLimit: _h,
    ...deciding
  } = parsed.data
  const gracePeriodMs = parseDurationMs(gracePeriod)
  return {
    id: `${object.cluster}/${namespace}/${name}`,
    object,
    spec: parsed.data,
    retention: { ...deciding, gracePeriodMs },
    hash: createHash('sha256')
      .update(JSON.stringify({ ...deciding, gracePeriodMs }))
      .digest('hex')
      .slice(0, 16),
  }
}

/** Label selection as Kubernetes defines it: every label and every expression must hold; none selects everything. */
export function isSelected(selected: Selector | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (!selected) return true
  return (
    Object.entries(selected.matchLabels).every(([key, value]) => labels[key] === value) &&
    selected.matchExpressions.every(({ key, operator, values }) => {
      const value = labels[key]
      if (operator === 'Exists') return value !== undefined
      if (operator === 'DoesNotExist') return value === undefined
      const isIn = value !== undefined && values.includes(value)
      return operator === 'In' ? isIn : !isIn
    })
  )
}
