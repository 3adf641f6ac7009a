import { type Danger, isUrgent } from '../domain/image-danger.ts'
import { anotherNamespace, type OwningNamespace } from '../domain/name-for-reader.ts'
import { findCondition } from '../objects/conditions.ts'
import type { Condition, CustomObject, ObjectEvent } from '../ports/cluster.ts'
import type { CleanupFacts } from './cleanup-status.ts'
import { textSeenFrom, workloadSeenFrom } from './other-namespaces.ts'

type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>
type Status = CustomObject['status']

const type = 'InDanger'
/** Stands between what is in danger and who refers to it: Pods come and go, and are no news. */
const users = '; referred to by '

/**
 * The condition `InDanger`: True while a workload refers to what cannot be pulled, and then of the worst of it. An object
 * that never was has none, so that no status is written for it.
 */
export function dangerCondition(
  dangers: readonly Danger[],
  { home, coverage }: Pick<CleanupFacts, 'home' | 'coverage'>,
  before: Status,
): Said[] {
  const [worst] = dangers
  if (worst) {
    const more = dangers.length === 1 ? '' : `, and ${dangers.length - 1} more of the repository cannot be pulled`
    const message = `${textSeenFrom(home, worst.text, coverage.policies)}${more}${users}${usersText(worst.users, home)}`
    return [{ type, status: 'True', reason: worst.reason, message }]
  }
  if (findCondition(before, type) === undefined) return []
  return [{ type, status: 'False', reason: 'Available', message: 'what workloads refer to can be pulled again' }]
}

/** The first in alphabetical order, so that the order of a listing changes no status; those at home first. */
export function usersText(all: Danger['users'], home: OwningNamespace): string {
  const names = all.map(record => workloadSeenFrom(home, record)).sort()
  const [first = anotherNamespace] = [...names.filter(name => name !== anotherNamespace), ...names]
  return all.length === 1 ? first : `${first} and ${all.length - 1} more`
}

/** One when it begins, when it becomes another danger, and when it is over. */
export function dangerNews(before: Status, after: Status): ObjectEvent[] {
  const [old, now] = [findCondition(before, type), findCondition(after, type)]
  if (!now || (old?.status === now.status && factOf(old) === factOf(now))) return []
  return [{ type: now.status === 'True' ? 'Warning' : 'Normal', reason: now.reason, message: now.message }]
}

const factOf = ({ reason, message }: Condition): string => `${reason} ${message.split(users)[0]}`

/** What is to ring: that a status tells of an urgent danger, and the one before did not. */
export function findAlarm(before: Status, after: Status, dangers: readonly Danger[]): string | undefined {
  const [news] = dangerNews(before, after)
  return news?.type === 'Warning' && dangers.some(isUrgent) ? news.message : undefined
}
