import { type RepositoryRecord, rememberedDenials, type SyncOutcome, type SyncRecord } from '../domain/records.ts'
import type { Draft, Store } from '../ports/store.ts'
import type { SyncResult } from './sync-repository.ts'
import { idOf, type Where } from './task-deps.ts'

/** How the credential fares after an attempt. */
export function nextSync(
  { repository, credential }: Pick<SyncRecord, 'repository' | 'credential'>,
  previous: Draft<SyncRecord> | undefined,
  outcome: SyncOutcome,
  result: SyncResult | undefined,
  asks: readonly string[] | undefined,
): Draft<SyncRecord> {
  const { succeeded, startedAt, finishedAt } = outcome
  const lastSucceededAt = succeeded ? finishedAt : previous?.lastSucceededAt
  const sawAllAt = succeeded && result?.denied?.length === 0 ? startedAt : previous?.sawAllAt
  const denied = succeeded ? (result?.denied ?? []) : (previous?.denied ?? [])
  const answered = asks ?? previous?.answered
  const failures = previous?.failureCount ?? 0
  return {
    repository,
    credential,
    lastOutcome: outcome,
    failureCount: succeeded ? 0 : failures + 1,
    ...(!succeeded && { failingSince: (failures > 0 ? previous?.failingSince : undefined) ?? finishedAt }),
    ...(lastSucceededAt && { lastSucceededAt }),
    ...(sawAllAt && { sawAllAt }),
    ...(answered && { answered }),
    ...(denied.length > 0 && { denied: denied.toSorted().slice(0, rememberedDenials) }),
  }
}

/**
 * What a full sync learned of the repository as a whole; written only where it says something else than before. What
 * versions before decide by stays as they left it.
 */
export async function saveFacts(
  where: Where,
  previous: RepositoryRecord | undefined,
  { tagCount, storedBytes }: SyncResult,
  now: Date,
  store: Pick<Store, 'saveRepository'>,
): Promise<void> {
  const isKnown = previous?.firstSyncedAt !== undefined
  if (isKnown && previous.tagCount === tagCount && previous.storedBytes === storedBytes) return
  const draft: Draft<RepositoryRecord> = {
    failureCount: 0,
    ...previous,
    id: idOf(where),
    registry: where.registry,
    path: where.repository,
    firstSyncedAt: previous?.firstSyncedAt ?? now,
    lastSyncedAt: now,
    tagCount,
    ...(storedBytes !== undefined && { storedBytes }),
  }
  await store.saveRepository(draft, previous)
}
