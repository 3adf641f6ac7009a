import type { RepositoryRecord, SyncRecord } from '../domain/records/syncs.ts'
import { installationCredential, objectOfCredential, type SyncCredential } from '../domain/sync-credential.ts'
import type { Draft, Store } from '../ports/store.ts'
import { pullSecretPrefix } from '../wiring.ts'

/**
 * The outcome of a credential's last sync by what an earlier version recorded of the repository: one outcome for all
 * credentials. Undefined where it may be another's, so that this one starts anew. Never of an anonymous one, which that
 * version read with the `pullSecret` of the installation where there was one.
 */
export async function findAdoptedSync(
  repository: RepositoryRecord | undefined,
  credential: SyncCredential,
  store: Pick<Store, 'findCredential'>,
): Promise<Draft<SyncRecord> | undefined> {
  if (!repository?.lastOutcome || !(await isOf(repository, credential, store))) return undefined
  const { id, lastOutcome, failureCount, lastSyncedAt } = repository
  return {
    repository: id,
    credential,
    lastOutcome,
    failureCount,
    ...(lastSyncedAt && { lastSucceededAt: lastSyncedAt }),
  }
}

async function isOf(
  { credentialId }: RepositoryRecord,
  credential: SyncCredential,
  store: Pick<Store, 'findCredential'>,
): Promise<boolean> {
  const object = objectOfCredential(credential)
  if (object === undefined) return credential === installationCredential && credentialId === undefined
  if (credentialId === undefined) return false
  const record = await store.findCredential(object.cluster, object.uid)
  return (
    record !== undefined && credentialId === `${pullSecretPrefix}${object.cluster}/${record.namespace}/${record.name}`
  )
}
