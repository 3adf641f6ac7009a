import pFilter from 'p-filter'
import type { SyncRecord } from '../domain/records/syncs.ts'
import { objectOfCredential, type SyncCredential } from '../domain/sync-credential.ts'
import type { Store } from '../ports/store.ts'

/** Those of the syncs whose credential may still be used: what has ended has no say in a repository any more. */
export const liveSyncs = (syncs: readonly SyncRecord[], store: Pick<Store, 'findCredential'>): Promise<SyncRecord[]> =>
  pFilter(syncs, ({ credential }) => isLive(credential, store))

/** A record that is missing was forgotten after it ended. */
async function isLive(credential: SyncCredential, store: Pick<Store, 'findCredential'>): Promise<boolean> {
  const object = objectOfCredential(credential)
  if (object === undefined) return true
  const record = await store.findCredential(object.cluster, object.uid)
  return record !== undefined && record.endedAt === undefined
}
