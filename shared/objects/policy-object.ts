import { clampPolicy } from '../domain/policy/clamp-policy.ts'
import type { InstallationLimits } from '../domain/policy/installation-limits.ts'
import { parsePolicy } from '../domain/policy/parse-policy.ts'
import type { CleanupPolicy, LabelSelector } from '../domain/policy/policy.ts'
import { policyHash } from '../domain/policy/policy-hash.ts'
import { InvalidInputError } from '../errors.ts'
import type { CustomObject } from '../ports/cluster.ts'

/** An ImageCleanupPolicy object of a cluster, read. `id` is `cluster/namespace/name`. */
export interface Policy {
  readonly id: string
  readonly object: CustomObject
  readonly spec: CleanupPolicy
  /** Where the limits of the installation hold in place of what the object says, each as `1h instead of 10m: …`. */
  readonly clamped: readonly string[]
  /** Of the installation that it was read for. */
  readonly limits: InstallationLimits
  /** Changes when what the policy would delete, or where, changes: see {@link policyHash}. */
  readonly hash: string
}

/** Any value but `false` on a policy pauses it: nothing is marked or deleted, and a sweep under way stops within one batch. */
export const pauseAnnotation = 'theriseunion.io/pause'

/** The hash of the plan that a person approves, or that and who, as `shelflife approve` writes it (retention 24). */
export const approveAnnotation = 'theriseunion.io/approve'

/** A run or a digest: what the policy deleted then is put back. Taken off once it was taken up. */
export const restoreAnnotation = 'theriseunion.io/restore'

/** True while the policy's object bears the annotation with a value that is neither empty nor `false`. */
export const isPaused = ({ object }: Pick<Policy, 'object'>): boolean => {
  const value = (object.metadata.annotations[pauseAnnotation] ?? '').trim().toLowerCase()
  return value !== '' && value !== 'false'
}

/**
 * The policy as it may be: within the limits of the installation.
 * @throws InvalidInputError that names the policy, the field, what was expected and what was given
 */
export function parsePolicyObject(object: CustomObject, limits: InstallationLimits): Policy {
  const { namespace, name } = object.metadata
  try {
    const { spec, clamped } = clampPolicy(parsePolicy({ metadata: { namespace, name }, spec: object.spec }), limits)
    return { id: policyIdOf(object), object, spec, clamped, limits, hash: policyHash(spec) }
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause
    throw new InvalidInputError(`ImageCleanupPolicy ${namespace}/${name}: ${cause.message}`, { cause })
  }
}

/** Label selection as Kubernetes defines it: every label and every expression must hold; none selects everything. */
export function isSelected(selected: LabelSelector | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (!selected) return true
  return (
    Object.entries(selected.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selected.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key]
      if (operator === 'Exists') return value !== undefined
      if (operator === 'DoesNotExist') return value === undefined
      const isIn = value !== undefined && values.includes(value)
      return operator === 'In' ? isIn : !isIn
    })
  )
}

/** `cluster/namespace/name`: the id of a policy and of its record. */
export const policyIdOf = ({ cluster, metadata }: CustomObject): string =>
  `${cluster}/${metadata.namespace}/${metadata.name}`

/** A policy object that cannot be read: it deletes nothing, and keeps what it may mean to keep. */
export interface RefusedPolicy {
  /** `cluster/namespace/name`. */
  readonly id: string
  readonly object: CustomObject
  /** Which field, what was expected there and what was given: shown in its status. */
  readonly message: string
}
