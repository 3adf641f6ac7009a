import type { Condition } from '../ports/cluster.ts'
import type { SyncResult } from './sync-result.ts'

type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/**
 * The condition `Ready`, which `kubectl get` prints: False where it is not synced, and where workloads refer to what
 * cannot be pulled. Where it is True the message tells what else there is to know, in the order of `news`.
 */
export function readyCondition(result: SyncResult, dangers: readonly Said[], news: readonly Said[]): Said {
  if (result.status !== 'True') return { type: 'Ready', ...result }
  const danger = dangers.find(({ status }) => status === 'True')
  if (danger) return { ...danger, type: 'Ready', status: 'False' }
  const message = ['synced', ...news.map(one => one.message)].join('; ')
  return { type: 'Ready', status: 'True', reason: result.reason, message }
}
