import type { UsageRecord } from '../domain/records/workloads.ts'
import { UnreadableRecordError } from '../errors.ts'
import type { Store } from '../ports/store.ts'

/**
 * The store, with all use in drained clusters ended when they were last listed, whatever is recorded. Nothing is
 * written for it: a cluster that is not drained any more uses what it used, until it is listed.
 */
export const withoutUseOf = <S extends Pick<Store, 'listUsage' | 'findInventory'>>(
  drained: readonly string[],
  store: S,
): S =>
  drained.length === 0
    ? store
    : { ...store, listUsage: async repository => endUse(await store.listUsage(repository), new Set(drained), store) }

async function endUse(
  records: readonly UsageRecord[],
  drained: ReadonlySet<string>,
  store: Pick<Store, 'findInventory'>,
): Promise<UsageRecord[]> {
  const current = records.filter(one => one.endedAt === undefined && drained.has(one.cluster))
  const lastListed = new Map<string, Date | undefined>()
  for (const { cluster } of current)
    if (!lastListed.has(cluster)) lastListed.set(cluster, await findLastListed(cluster, store))
  return records.map(one => {
    if (one.endedAt !== undefined || !drained.has(one.cluster)) return one
    return { ...one, endedAt: lastListed.get(one.cluster) ?? one.firstSeenAt }
  })
}

async function findLastListed(cluster: string, store: Pick<Store, 'findInventory'>): Promise<Date | undefined> {
  try {
    return (await store.findInventory(cluster))?.startedAt
  } catch (error) {
    if (!(error instanceof UnreadableRecordError)) throw error
    return undefined
  }
}
