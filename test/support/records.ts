import { createHash, randomUUID } from 'node:crypto'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import type { ImageRecord, TagRecord } from '../../shared/domain/records/images.ts'
import type { CredentialRecord } from '../../shared/domain/records/installation.ts'
import type { RepositoryRecord, SyncOutcome, SyncRecord } from '../../shared/domain/records/syncs.ts'
import type { UsageRecord } from '../../shared/domain/records/workloads.ts'
import type { Draft } from '../../shared/ports/store.ts'

export const digestOf = (seed: string): Digest => `sha256:${createHash('sha256').update(seed).digest('hex')}`

/** So many seconds after an arbitrary fixed instant. */
export const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1) + seconds * 1000)

export const entryOf = (id: string, seconds: number, rest: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: at(seconds),
  actor: 'sync',
  action: 'image-recorded',
  digest: digestOf('one'),
  reason: 'the registry holds it',
  facts: [],
  ...rest,
})

export const repositoryDraft = (id: string, rest: Partial<RepositoryRecord> = {}): Draft<RepositoryRecord> => ({
  id,
  registry: id.slice(0, id.indexOf('/')),
  path: id.slice(id.indexOf('/') + 1),
  failureCount: 0,
  tagCount: 0,
  ...rest,
})

/** How a sync with a credential ended at a time; without more it succeeded. */
export function syncDraft(
  repository: string,
  seconds = 0,
  { outcome = {}, ...rest }: Partial<SyncRecord> & { readonly outcome?: Partial<SyncOutcome> } = {},
): Draft<SyncRecord> & { readonly lastOutcome: SyncOutcome } {
  const succeeded = outcome.succeeded ?? true
  return {
    repository,
    credential: 'anonymous',
    failureCount: succeeded ? 0 : 1,
    lastOutcome: {
      attempt: `at:${seconds}`,
      trigger: 'Scheduled',
      startedAt: at(seconds),
      finishedAt: at(seconds),
      succeeded,
      reason: succeeded ? 'SyncSucceeded' : 'RegistryUnavailable',
      message: 'as it went',
      ...outcome,
    },
    ...(succeeded && { lastSucceededAt: at(seconds), sawAllAt: at(seconds) }),
    ...rest,
  }
}

/** The copy of a credential that an object brought; `credential` is `CLUSTER/UID`. */
export function copyOf(credential: string, rest: Partial<CredentialRecord> = {}): Draft<CredentialRecord> {
  const [cluster = '', uid = ''] = credential.split('/')
  const names = { namespace: 'team', name: 'registry', host: 'registry.example.com' }
  return { cluster, uid, ...names, secretId: `shelflife/pull/${credential}`, verifiedAt: at(0), ...rest }
}

export const imageDraft = (repository: string, rest: Partial<ImageRecord> = {}): Draft<ImageRecord> => ({
  repository,
  digest: digestOf('one'),
  firstSeenAt: at(0),
  pushedAt: { at: at(0), source: 'first-seen' },
  stage: 'Introduction',
  change: entryOf('image-1', 0),
  ...rest,
})

export const tagDraft = (repository: string, rest: Partial<TagRecord> = {}): Draft<TagRecord> => ({
  repository,
  tag: 'v1',
  digest: digestOf('one'),
  firstSeenAt: at(0),
  checkedAt: at(0),
  change: entryOf('tag-1', 0, { action: 'tag-created', tag: 'v1' }),
  ...rest,
})

/** A repository that no other test has. */
export const freshId = (): string => `registry.example.com/team/${randomUUID()}`

/** Of a sync with full authority. */
export const syncContext = (repository: string, now: Date) => ({
  repository,
  actor: 'sync',
  authority: 'full' as const,
  now,
  hinted: false,
})

export const usageOf = (repository: string, rest: Partial<UsageRecord> = {}): UsageRecord => ({
  repository,
  cluster: 'eu-1',
  kind: 'Deployment',
  namespace: 'production',
  name: 'web',
  image: `${repository}:v1`,
  rollback: false,
  firstSeenAt: at(0),
  ...rest,
})
