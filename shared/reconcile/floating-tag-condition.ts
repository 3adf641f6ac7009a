import { type FloatingTag, floatingAdvice } from '../domain/floating-tags.ts'
import type { OwningNamespace } from '../domain/name-for-reader.ts'
import { findCondition } from '../objects/conditions.ts'
import type { Condition, CustomObject, ObjectEvent } from '../ports/cluster.ts'
import { usersText } from './danger-condition.ts'

type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>
type Status = CustomObject['status']

const type = 'NodesMayDiffer'

/**
 * The condition `NodesMayDiffer`: True while a workload pulls a tag that moves only where a node has none. An object that
 * never was told so has none, so that no status is written for it.
 */
export function floatingTagCondition(found: readonly FloatingTag[], home: OwningNamespace, before: Status): Said[] {
  const [first] = found
  if (first) {
    const said = found.map(({ text, users }) => `${text}; used by ${usersText(users, home)}`)
    return [{ type, status: 'True', reason: first.reason, message: `${said.join('; ')}; ${floatingAdvice}` }]
  }
  if (findCondition(before, type) === undefined) return []
  return [
    {
      type,
      status: 'False',
      reason: 'NoFloatingTag',
      message: 'no workload is known to run another image than its tag',
    },
  ]
}

/** One when it begins, and when other workloads come to do so; none for each move of the tag. */
export function floatingTagNews(before: Status, after: Status): ObjectEvent[] {
  const [old, now] = [findCondition(before, type), findCondition(after, type)]
  if (now?.status !== 'True' || (old?.status === 'True' && old.message === now.message)) return []
  return [{ type: 'Warning', reason: now.reason, message: now.message }]
}
