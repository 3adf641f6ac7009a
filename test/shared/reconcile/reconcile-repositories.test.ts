import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../../shared/ports/store.ts'
import { manualSyncAnnotation } from '../../../shared/reconcile/annotations.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture } from '../../support/reconcile-fixture.ts'
import { at, digestOf, imageDraft, tagDraft, usageOf } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
const start = () => createReconcileFixture(local.store)

it('asks for the first sync of a new object, and for the same one until it is made', async () => {
  const { track, reconcile, sent, condition } = start()
  track()

  await reconcile()
  await reconcile()

  expect(condition('Synced')).toMatchObject({ status: 'Unknown', reason: 'Syncing' })
  expect(sent).toMatchObject([{ trigger: 'Initial' }, { trigger: 'Initial' }])
  expect(new Set(sent.map(request => request.attempt)).size).toBe(1)
})

it('F4 takes no sync for its first that ended before it had asked', async () => {
  const { track, reconcile, attempt, pass, deps, condition } = start()
  track()
  const store: Store = {
    ...deps.store,
    listSyncs: async id => {
      const found = await deps.store.listSyncs(id)
      pass(1)
      await attempt()
      pass(1)
      return found
    },
  }

  await reconcileAll({ ...deps, store })
  await reconcile()
  const before = condition('Synced')
  await attempt()
  await reconcile()

  expect(before).toMatchObject({ status: 'Unknown', reason: 'Syncing' })
  expect(condition('Synced')).toMatchObject({ status: 'True', reason: 'SyncSucceeded' })
})

it('writes no status that did not change', async () => {
  const { track, reconcile, attempt, cluster, pass } = start()
  track()
  await reconcile()
  await attempt()
  await reconcile()
  const before = cluster.writes.applyStatus

  pass(60)
  await reconcile()
  await reconcile()

  expect(cluster.writes.applyStatus).toBe(before)
})

describe('a sync asked by hand', () => {
  it('is Unknown first, loses its annotation, and works twice', async () => {
    const { track, reconcile, attempt, pass, cluster, sent, condition } = start()
    track()
    await reconcile()
    await attempt()
    await reconcile()
    expect(condition('Synced')?.status).toBe('True')
    sent.length = 0

    for (const value of ['now', 'now']) {
      pass(60)
      cluster.change('Repository', 'app', { annotations: { [manualSyncAnnotation]: value } })
      await reconcile()
      expect(condition('Synced')).toMatchObject({ status: 'Unknown', reason: 'Syncing' })
      expect(cluster.get('Repository', 'app')?.metadata.annotations).toEqual({})
      await reconcile()
      expect(condition('Synced')?.status).toBe('Unknown')
      pass(5)
      await attempt({ trigger: 'Manual' })
      await reconcile()
      expect(condition('Synced')?.status).toBe('True')
    }

    // Equal requests are one.
    expect(new Set(sent.map(request => JSON.stringify(request))).size).toBe(2)
    expect(new Set(sent.map(request => request.attempt)).size).toBe(2)
    expect(new Set(sent.map(request => request.trigger))).toEqual(new Set(['Manual']))
  })

  it('is heard although the object is suspended', async () => {
    const { track, reconcile, cluster, sent } = start()
    track({ suspend: true })
    await reconcile()
    expect(sent).toEqual([])
    cluster.change('Repository', 'app', { annotations: { [manualSyncAnnotation]: 'now' } })

    await reconcile()

    expect(sent).toMatchObject([{ trigger: 'Manual' }])
  })
})

it('retries after the interval, as often as the object says, then waits for the next scheduled sync', async () => {
  const { track, reconcile, attempt, pass, sent, condition } = start()
  track({ retryCount: 2, retryInterval: '1m', syncInterval: '60m' })
  await reconcile()

  for (let failure = 1; failure <= 3; failure++) {
    await attempt({ succeeded: false })
    pass(59)
    await reconcile()
    expect(sent).toHaveLength(failure)
    pass(1)
    await reconcile()
  }
  expect(sent.map(request => request.trigger)).toEqual(['Initial', 'Retry', 'Retry'])
  expect(condition('Synced')).toMatchObject({ status: 'False', reason: 'RegistryUnavailable' })
  expect(condition('Stalled')?.status).toBe('True')

  pass(3600)
  await reconcile()
  expect(sent.at(-1)?.trigger).toBe('Scheduled')
})

it('F16 retries no sooner than the registry asked', async () => {
  const { track, reconcile, attempt, pass, sent } = start()
  track({ retryInterval: '1m' })
  await reconcile()
  await attempt({ succeeded: false, reason: 'RateLimited', retryAfterMs: 300_000 })

  pass(299)
  await reconcile()
  expect(sent).toHaveLength(1)
  pass(1)
  await reconcile()

  expect(sent).toHaveLength(2)
})

describe('a registry of another namespace', () => {
  const registryRef = { name: 'shared', namespace: 'platform' }

  it('needs the accessFrom of that RegistrySecret', async () => {
    const { track, reconcile, sent, condition, cluster } = start()
    cluster.put('RegistrySecret', 'shared', { domain: 'other.example.com' }, { namespace: 'platform' })
    track({ registryRef })

    await reconcile()

    expect(sent).toEqual([])
    expect(condition('Synced')).toMatchObject({ status: 'False', reason: 'RegistryNotFound' })
  })

  it('answers for a forbidden one as for one that does not exist', async () => {
    const [forbidden, absent] = [start(), start()]
    forbidden.cluster.put('RegistrySecret', 'shared', { domain: 'other.example.com' }, { namespace: 'platform' })
    for (const one of [forbidden, absent]) {
      one.track({ repository: 'team/app', registryRef })
      await one.reconcile()
    }

    expect(forbidden.condition('Synced')).toEqual(absent.condition('Synced'))
  })

  it('is used when that RegistrySecret grants it', async () => {
    const { track, reconcile, sent, cluster } = start()
    const spec = { domain: 'other.example.com', accessFrom: { namespaces: ['team'], repositories: ['team/*'] } }
    cluster.put('RegistrySecret', 'shared', spec, { namespace: 'platform' })
    track({ registryRef })

    await reconcile()

    expect(sent).toMatchObject([{ registry: 'other.example.com' }])
  })
})

it('B25 one object that cannot be read keeps no other from its sync', async () => {
  const { track, reconcile, sent, cluster } = start()
  cluster.put('Repository', 'broken', {})
  track()

  await reconcile()

  expect(sent).toHaveLength(1)
})

it('shows the digest, who uses it, and why and when it may be deleted', async () => {
  const { track, reconcile, attempt, id, status, condition } = start()
  track({ tag: 'v1' })
  const mark = {
    policy: 'eu-1/team/cleanup',
    policyHash: 'h',
    runId: 'r',
    markedAt: at(0),
    deleteAfter: at(86_400),
    reason: 'not among the newest 1',
    facts: [],
  }
  await local.store.saveTag(tagDraft(id), undefined)
  await local.store.saveImage(imageDraft(id, { mark, stage: 'Cleanup' }), undefined)
  await local.store.saveUsage([usageOf(id, { namespace: 'team' }), usageOf(id, { name: 'old', image: `${id}:v0` })])
  await reconcile()
  await attempt()

  await reconcile()

  expect(status()).toMatchObject({
    digest: digestOf('one'),
    usage: { inUse: true, workloadCount: 1, workloads: [{ kind: 'Deployment', namespace: 'team', name: 'web' }] },
    cleanup: { candidate: true, policyRef: 'eu-1/team/cleanup' },
  })
  expect(JSON.stringify(status().cleanup)).toContain('2026-01-02T00:00:00Z')
  expect(condition('InUse')?.status).toBe('True')
})

it('F20 shows a tag that is gone as not found', async () => {
  const { track, reconcile, attempt, id, condition, status } = start()
  track({ tag: 'v1' })
  await local.store.saveTag(tagDraft(id, { goneAt: at(0) }), undefined)
  await reconcile()
  await attempt()

  await reconcile()

  expect(condition('Synced')).toMatchObject({ status: 'False', reason: 'TagNotFound' })
  expect(status()).not.toHaveProperty('digest')
})

it.each([
  ['index.docker.io', 'nginx', 'docker.io', 'library/nginx'],
  ['Harbor.example.com:443', 'nginx', 'harbor.example.com', 'nginx'],
])('a RegistrySecret of %s tracks %s where workloads refer to it', async (domain, repository, registry, path) => {
  const { cluster, reconcile, sent } = createReconcileFixture(local.store)
  cluster.change('RegistrySecret', 'registry', { spec: { domain } })
  cluster.put('Repository', 'app', { repository, registryRef: { name: 'registry' } })

  await reconcile()

  expect(sent).toMatchObject([{ registry, repository: path }])
})

it('counts the tags as they are known now, also those that came since the last full sync', async () => {
  const { cluster, path, id, reconcile, attempt, pass, status } = start()
  cluster.put('Repository', 'whole', { repository: path, registryRef: { name: 'registry' } })
  await reconcile()
  await attempt()
  await local.store.saveTag(tagDraft(id, { tag: 'v1', digest: digestOf('v1') }), undefined)
  const gone = await local.store.saveTag(tagDraft(id, { tag: 'v2', digest: digestOf('v1') }), undefined)
  pass(60)
  await reconcile()
  const before = status('Repository', 'whole')
  await local.store.saveTag({ ...gone, goneAt: at(60) }, gone)
  await reconcile()

  expect(before).toMatchObject({ artifactCount: 2 })
  expect(status('Repository', 'whole')).toMatchObject({ artifactCount: 1 })
})

it('F43 knows what is in use although a cluster that does not pull from the registry was not listed', async () => {
  const { deps, track, reconcile, attempt, condition } = createReconcileFixture(local.store)
  track()
  await reconcile()
  await attempt()
  const inventory = { startedAt: at(0), finishedAt: at(0), complete: true, workloads: 0, message: '' }
  await local.store.saveInventory({ cluster: 'eu-near', ...inventory }, undefined)
  const seen = async (pullsFrom: (registry: string, source: string) => boolean) => {
    await reconcileAll({ ...deps, clusters: ['eu-near', 'eu-far'], rulebook: { ...deps.rulebook, pullsFrom } })
    return condition('InUse')
  }

  expect(await seen(() => true)).toMatchObject({ status: 'Unknown', reason: 'NotObserved' })
  expect(await seen((_, source) => source === 'eu-near')).toMatchObject({ status: 'False', reason: 'NotReferenced' })
})
