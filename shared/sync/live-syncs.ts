import pFilter from 'p-filter'
import { dayMs } from '../domain/duration.ts'
import type { SyncRecord } from '../domain/records/syncs.ts'
import { objectOfCredential } from '../domain/sync-credential.ts'
import type { Store } from '../ports/store.ts'

/** Longer than any repository waits to be read again. */
const unusedMs = 30 * dayMs

/**
 * Those of the syncs whose credential may still be used: a credential that has ended decides nothing of a repository
 * any more. `syncs` are all of one repository: the credentials of the installation never end, and are unused where
 * others read it a month on.
 */
export function liveSyncs(syncs: readonly SyncRecord[], store: Pick<Store, 'findCredential'>): Promise<SyncRecord[]> {
  const newest = Math.max(...syncs.map(endedMs))
  const isUsed = (sync: SyncRecord) => isUnderWay(sync) || newest - endedMs(sync) <= unusedMs
  return pFilter(syncs, async sync => {
    const object = objectOfCredential(sync.credential)
    return object === undefined ? isUsed(sync) : mayBeUsed(object, store)
  })
}

const endedMs = ({ lastOutcome }: SyncRecord): number => lastOutcome?.finishedAt.getTime() ?? 0

/** An object waits for it, however long that takes. */
const isUnderWay = ({ lastOutcome, progress, deferred, outage }: SyncRecord): boolean =>
  lastOutcome === undefined || progress !== undefined || deferred !== undefined || outage !== undefined

/** A record that is missing was forgotten after it ended. */
async function mayBeUsed(
  object: { readonly cluster: string; readonly uid: string },
  store: Pick<Store, 'findCredential'>,
): Promise<boolean> {
  const record = await store.findCredential(object.cluster, object.uid)
  return record !== undefined && record.endedAt === undefined
}
