import { secondsOf } from '../domain/instant.ts'
import { isSameNamespace, type OwningNamespace } from '../domain/name-for-reader.ts'
import type { UsageRecord } from '../domain/records/workloads.ts'

const shownWorkloads = 20

/**
 * `status.usage`: how many workloads refer to the image, and which of the object's own namespace. Nothing when the
 * clusters were never listed completely.
 */
export function usageStatus(
  records: readonly UsageRecord[],
  known: boolean,
  home: OwningNamespace,
): Record<string, unknown> {
  const running = records.filter(record => record.endedAt === undefined)
  if (running.length === 0 && !known) return {}
  // A CronJob leaves thousands behind, more than a call takes as arguments.
  const lastMs = records.reduce((latest, { endedAt }) => Math.max(latest, endedAt?.getTime() ?? 0), 0)
  const shown = running
    .filter(record => isSameNamespace(home, record))
    .map(({ kind, namespace, name }) => ({ kind, namespace, name }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return {
    usage: {
      inUse: running.length > 0,
      workloadCount: running.length,
      workloads: shown.slice(0, shownWorkloads),
      ...(running.length === 0 && lastMs > 0 && { lastUsedTime: secondsOf(new Date(lastMs)) }),
    },
  }
}
