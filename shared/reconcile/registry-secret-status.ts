import { secondsOf } from '../domain/instant.ts'
import { withCondition } from '../objects/conditions.ts'
import { type KnownRegistrySecret, lendsEveryPath } from '../objects/lending.ts'
import type { Condition, CustomObject, ObjectEvent } from '../ports/cluster.ts'
import type { Verification } from './verify-registry.ts'

const incomplete = 'AccessFromIncomplete'
const toWrite = 'write the paths into accessFrom.repositories, such as ["team/**"]'

/** The whole status after a verification. */
export function registrySecretStatus(
  { object, spec }: KnownRegistrySecret,
  found: Verification,
  now: Date,
): Record<string, unknown> {
  const observedGeneration = object.metadata.generation
  const lendsNowhere = spec.accessFrom.namespaces.length > 0 && spec.accessFrom.repositories === undefined
  const lendsAll = lendsNowhere && lendsEveryPath(object)
  const verified = {
    type: 'Verified',
    status: found.status === 'success' ? 'True' : 'False',
    ...worded(found),
  } as const
  const lending = lendsAll
    ? `accessFrom names no repositories: its namespaces read every path as before, until this object is changed; ${toWrite}`
    : `accessFrom names no repositories, so that nothing is lent; ${toWrite}`
  const wanted: Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>[] = [
    verified,
    { ...verified, type: 'Ready', message: lendsNowhere ? `${found.message}; ${lending}` : found.message },
    ...(lendsNowhere
      ? [{ type: incomplete, status: 'True', reason: 'RepositoriesMissing', message: lending } as const]
      : []),
  ]
  const existing = conditionsOf(object).filter(({ type }) => type !== incomplete || lendsNowhere)
  return {
    observedGeneration,
    verifyStatus: found.status,
    verifyMessage: found.message,
    lastVerifiedTime: secondsOf(now),
    verifiedUid: object.metadata.uid,
    ...(lendsAll && { lendsAllAtGeneration: observedGeneration }),
    ...(found.latencyMs !== undefined && { latencyMilliseconds: Math.round(found.latencyMs) }),
    failureCount: found.status === 'success' ? 0 : Number(object.status.failureCount ?? 0) + 1,
    conditions: wanted.reduce((all, next) => withCondition(all, { ...next, observedGeneration }, now), existing),
  }
}

const worded = ({ reason, message }: Verification) => ({ reason, message })

const conditionsOf = ({ status }: Pick<CustomObject, 'status'>): Condition[] =>
  (status.conditions as Condition[] | undefined) ?? []

/** What changed with this verification: how it went, and what is lent by an object of a version before. */
export function eventsOfVerification(
  object: CustomObject,
  { status, reason, message }: Verification,
  next: Readonly<Record<string, unknown>>,
): ObjectEvent[] {
  const find = (of: Pick<CustomObject, 'status'>) => conditionsOf(of).find(({ type }) => type === incomplete)
  const lending = find({ status: next })
  const isNews = lending !== undefined && find(object)?.message !== lending.message
  return [
    ...(object.status.verifyStatus === status
      ? []
      : [{ type: status === 'success' ? ('Normal' as const) : ('Warning' as const), reason, message }]),
    ...(isNews ? [{ type: 'Warning' as const, reason: lending.reason, message: lending.message }] : []),
  ]
}
