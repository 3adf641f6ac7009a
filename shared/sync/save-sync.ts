import { notedWithinMs } from '../domain/noted-within.ts'
import {
  type RepositoryRecord,
  rememberedAnswers,
  rememberedDenials,
  type SyncOutcome,
  type SyncRecord,
} from '../domain/records/syncs.ts'
import type { StorageQuota } from '../ports/registry.ts'
import type { Draft, Store } from '../ports/store.ts'
import type { SyncResult } from './sync-repository.ts'
import { idOf, type Where } from './task-deps.ts'

/** With what is answered now, beside what was before. */
export function withAnswered(
  { answered = [] }: Partial<Pick<SyncRecord, 'answered'>>,
  now: readonly string[],
): Pick<SyncRecord, 'answered'> {
  const all = [...new Set([...now, ...answered])].slice(0, rememberedAnswers)
  return all.length > 0 ? { answered: all } : {}
}

/** How the credential fares after an attempt that answers `asks`. */
export function nextSync(
  previous: Draft<SyncRecord>,
  outcome: SyncOutcome,
  result: SyncResult | undefined,
  asks: readonly string[],
): Draft<SyncRecord> {
  const { repository, credential, progress } = previous
  const { succeeded, startedAt, finishedAt } = outcome
  const lastSucceededAt = succeeded ? finishedAt : previous.lastSucceededAt
  const sawAllAt = succeeded && result?.denied?.length === 0 ? allRecordedBefore(startedAt) : previous.sawAllAt
  const deniedNow = [...(result?.denied?.toSorted() ?? []), ...(result?.deniedImages ?? [])]
  const denied = succeeded ? deniedNow : (previous.denied ?? [])
  const failures = previous.failureCount
  return {
    repository,
    credential,
    lastOutcome: outcome,
    ...withAnswered(previous, asks),
    ...(progress && !succeeded && !result && { progress: { ...progress, failedAt: finishedAt } }),
    failureCount: succeeded ? 0 : failures + 1,
    ...(!succeeded && { failingSince: (failures > 0 ? previous.failingSince : undefined) ?? finishedAt }),
    ...(lastSucceededAt && { lastSucceededAt }),
    ...(sawAllAt && { sawAllAt }),
    ...(denied.length > 0 && { denied: denied.slice(0, rememberedDenials) }),
  }
}

/** What another sync has seen by then was recorded when this one began, and so was asked for by it. */
const allRecordedBefore = (startedAt: Date): Date => new Date(startedAt.getTime() - notedWithinMs)

type LearnedFacts = Pick<SyncResult, 'tagCount' | 'storedBytes' | 'quota'> &
  Partial<Pick<RepositoryRecord, 'registryRules'>>

/**
 * What a full sync learned of the repository as a whole; written only where it says something else than before. What
 * versions before decide by stays as they left it.
 */
export async function saveFacts(
  where: Where,
  previous: RepositoryRecord | undefined,
  { tagCount, storedBytes, quota = previous?.quota, registryRules = previous?.registryRules }: LearnedFacts,
  now: Date,
  store: Pick<Store, 'saveRepository'>,
): Promise<void> {
  const isKnown = previous?.firstSyncedAt !== undefined
  const isSame = previous?.tagCount === tagCount && previous.storedBytes === storedBytes
  if (isKnown && isSame && isNear(previous.quota, quota) && previous.registryRules === registryRules) return
  const { storedBytes: _, ...rest }: Partial<RepositoryRecord> = previous ?? {}
  const draft: Draft<RepositoryRecord> = {
    failureCount: 0,
    ...rest,
    id: idOf(where),
    registry: where.registry,
    path: where.repository,
    firstSyncedAt: previous?.firstSyncedAt ?? now,
    lastSyncedAt: now,
    tagCount,
    ...(storedBytes !== undefined && { storedBytes }),
    ...(quota && { quota }),
    ...(registryRules && { registryRules }),
  }
  await store.saveRepository(draft, previous)
}

/** A push to one repository is not written to the records of all others of its project. */
function isNear(before: StorageQuota | undefined, now: StorageQuota | undefined): boolean {
  if (!before || !now) return before === now
  if (before.scope !== now.scope || before.capacityBytes !== now.capacityBytes) return false
  return Math.abs(before.usedBytes - now.usedBytes) * 100 <= (now.capacityBytes ?? now.usedBytes)
}
