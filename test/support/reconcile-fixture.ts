import { randomUUID } from 'node:crypto'
import type { SyncRequest } from '../../shared/domain/events.ts'
import type { SyncOutcome } from '../../shared/domain/records/syncs.ts'
import type { Condition, CustomKind } from '../../shared/ports/cluster.ts'
import type { RegistryReader } from '../../shared/ports/registry.ts'
import type { Store } from '../../shared/ports/store.ts'
import { reconcileAll } from '../../shared/reconcile/reconcile.ts'
import { createMemoryCluster } from './memory-cluster.ts'
import { createMemorySealer } from './memory-platform.ts'
import { at, repositoryDraft, syncDraft } from './records.ts'
import { rulebookWith } from './rulebook.ts'
import { secretsOf } from './webhook-fixture.ts'

export const registryHost = 'registry.example.com'

/** A cluster with one RegistrySecret, and reconcile over it; the registry behind it answers as `check` does. */
export function createReconcileFixture(store: Store, clusterName = 'eu-1') {
  const cluster = createMemoryCluster(clusterName)
  const path = `team/${randomUUID()}`
  const id = `${registryHost}/${path}`
  const secrets = secretsOf({})
  const sealer = createMemorySealer()
  const sent: SyncRequest[] = []
  let seconds = 0
  let check: RegistryReader['checkAccess'] = async () => ({ latencyMs: 7 })
  cluster.put('RegistrySecret', 'registry', { domain: registryHost })
  const unasked = async () => {
    throw new Error('expected reconcile to ask the registry for nothing but access')
  }
  const reader: RegistryReader = {
    countsPulls: false,
    checkAccess: () => check(),
    listRepositories: unasked,
    listRepository: unasked,
    findTag: unasked,
    findManifest: unasked,
    hasManifest: unasked,
    findConfig: unasked,
    listReferrers: unasked,
  }
  const deps = {
    store,
    secrets,
    sealer,
    clusterList: [cluster],
    clusters: [clusterName],
    syncQueue: {
      sendSyncRequests: async (requests: readonly SyncRequest[]) => {
        sent.push(...requests)
      },
    },
    rulebook: rulebookWith(),
    readerFor: async () => reader,
    now: () => at(seconds),
  }
  return {
    cluster,
    deps,
    path,
    id,
    sent,
    secrets,
    sealer,
    onCheck: (next: RegistryReader['checkAccess']) => {
      check = next
    },
    pass: (by: number) => {
      seconds += by
    },
    track: (spec: object = {}) =>
      cluster.put('Repository', 'app', { repository: path, registryRef: { name: 'registry' }, ...spec }),
    reconcile: () => reconcileAll(deps),
    /** What sync records after an attempt that ends now, with a credential. */
    attempt: async (outcome: Partial<SyncOutcome> = {}, credential = 'anonymous') => {
      const [previous, repository] = await Promise.all([store.findSync(id, credential), store.findRepository(id)])
      const { attempt = 'none', asks: answered = previous?.answered } =
        sent.findLast(request => request.credential === credential) ?? {}
      const next = syncDraft(id, seconds, { credential, outcome: { attempt, ...outcome } })
      if (next.lastOutcome.succeeded)
        await store.saveRepository(
          repositoryDraft(id, { firstSyncedAt: at(seconds), lastSyncedAt: at(seconds) }),
          repository,
        )
      const { lastSucceededAt = previous?.lastSucceededAt, failureCount } = next
      const failing = failureCount > 0 && { failingSince: previous?.failingSince ?? at(seconds) }
      await store.saveSync(
        {
          ...next,
          failureCount: failureCount && (previous?.failureCount ?? 0) + 1,
          ...failing,
          ...(lastSucceededAt && { lastSucceededAt }),
          ...(answered && { answered }),
        },
        previous,
      )
    },
    status: (kind: CustomKind = 'Repository', name = 'app') => cluster.get(kind, name)?.status ?? {},
    condition: (type: string, kind: CustomKind = 'Repository', name = 'app') =>
      (cluster.get(kind, name)?.status.conditions as Condition[] | undefined)?.find(one => one.type === type),
  }
}
