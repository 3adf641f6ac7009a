import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AccessDeniedError, UnavailableError } from '../../../shared/errors.ts'
import type { Cluster, WatchOptions } from '../../../shared/ports/cluster.ts'
import type { ObjectMirror } from '../../../shared/reconcile/object-mirror.ts'
import { reconcileAll, reconcileRepository } from '../../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { aroundCalls } from '../../support/memory-platform.ts'
import { createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'
import { imageDraft, tagDraft } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** The same, which writes down what is called of it. */
const noting = <T extends object>(target: T, calls: string[]): T =>
  aroundCalls(target, (name, _, call) => {
    calls.push(name)
    return call()
  })

/** A process that runs every minute over one object, and what it calls of its cluster. */
async function start(clusterName: string) {
  const fixture = createReconcileFixture(local.store, clusterName)
  const { deps, cluster, track, attempt, pass, id, path } = fixture
  const calls: string[] = []
  const reads: string[] = []
  const process = {
    ...deps,
    store: noting(local.store, reads),
    clusterList: [noting<Cluster>(cluster, calls)],
    mirrors: new Map<string, ObjectMirror>(),
  }
  /** What the next run calls, so many minutes later. */
  const run = async (minutes = 1) => {
    pass(60 * minutes)
    calls.length = 0
    const [result] = await reconcileAll(process)
    expect(result?.problem).toBeUndefined()
    return [...calls]
  }
  const hear = async () => {
    calls.length = 0
    await reconcileRepository({ registry: registryHost, repository: path }, process)
    return [...calls]
  }
  await local.store.saveTag(tagDraft(id), undefined)
  await local.store.saveImage(imageDraft(id), undefined)
  track({ tag: 'v1', syncInterval: '24h' })
  await run(0)
  await attempt()
  await run(0)
  return { ...fixture, process, run, hear, reads }
}

const watches = ['watchObjects', 'watchObjects', 'watchObjects']

describe('a run of a process that has listed a cluster', () => {
  it('watches what changed since, and lists once in an hour and some minutes', async () => {
    const { run } = await start('mirror-idle')
    const lists: number[] = []

    for (let minute = 1; minute <= 210; minute++)
      if ((await run()).filter(call => call === 'listObjectsAt').length > 0) lists.push(minute)

    expect(lists.length).toBeLessThanOrEqual(9)
    expect(lists[0]).toBeGreaterThanOrEqual(58)
  })

  it('does not look again at what it wrote itself', async () => {
    const { run, cluster, hear, attempt, reads } = await start('mirror-own')
    const before = cluster.writes.applyStatus
    await attempt({ succeeded: false, reason: 'Timeout', message: 'no answer' })
    await hear()
    expect(cluster.writes.applyStatus).toBe(before + 1)

    reads.length = 0
    expect(await run(0)).toEqual(watches)
    expect(reads).not.toContain('listSyncs')
  })

  it('puts a status right that somebody else wrote', async () => {
    const { run, cluster, status } = await start('mirror-tampered')
    const before = status()
    const object = cluster.get('Repository', 'app')
    if (object) await cluster.applyStatus(object, { ...before, syncStatus: 'Failed', digest: 'sha256:0' })

    await run()

    expect(status()).toEqual(before)
  })

  it('F44 lists again where the cluster does not know its version any more, and misses nothing', async () => {
    const { run, cluster, path, condition } = await start('mirror-expired')
    const secret = cluster.get('RegistrySecret', 'registry')
    cluster.put('Repository', 'other', { repository: path, tag: 'v1', registryRef: { name: 'registry' } })
    if (secret) await cluster.deleteObject(secret)
    cluster.expire()

    const calls = await run()

    expect(calls.filter(call => call === 'listObjectsAt')).toHaveLength(3)
    expect(cluster.get('Repository', 'other')?.status.syncStatus).toBeDefined()
    expect(condition('Synced')?.reason).toBe('RegistryNotFound')
    expect((await run()).filter(call => call === 'listObjectsAt')).toEqual([])
  })

  it('F44 finds within the hour what a watch does not tell, as from a cluster that was restored from a backup', async () => {
    const { run, cluster, path } = await start('mirror-restored')
    cluster.watchObjects = async (_, version) => version
    cluster.put('Repository', 'other', { repository: path, tag: 'v1', registryRef: { name: 'registry' } })
    const told = () => cluster.get('Repository', 'other')?.status.syncStatus

    await run()
    const before = told()
    await run(70)

    expect([before, told()]).toEqual([undefined, expect.any(String)])
  })

  it('lists everything in every run where it may list and not watch', async () => {
    const { run, cluster, path } = await start('mirror-denied')
    cluster.watchObjects = async () => {
      throw new AccessDeniedError('may not watch')
    }

    await run()
    cluster.put('Repository', 'other', { repository: path, tag: 'v1', registryRef: { name: 'registry' } })
    const calls = await run()

    expect(calls.filter(call => call === 'listObjectsAt')).toHaveLength(3)
    expect(cluster.get('Repository', 'other')?.status.syncStatus).toBeDefined()
  })

  it('ends no credential whose RegistrySecret it has not heard of yet', async () => {
    const { run, cluster, process } = await start('mirror-new-secret')
    const stale = { ...cluster }
    cluster.put('RegistrySecret', 'new', { domain: 'other.example.com', secretRef: { name: 'new' } })
    cluster.putSecret('team', 'new', {
      '.dockerconfigjson': JSON.stringify({ auths: { 'other.example.com': { username: 'ci', password: 'pw' } } }),
    })
    // Another process hears of it first.
    await reconcileAll({ ...process, mirrors: new Map() })
    const [record] = await local.store.listCredentials(cluster.name)
    cluster.watchObjects = async (_, version) => version

    await run()

    expect(record?.verifiedAt).toBeDefined()
    expect(await local.store.listCredentials(cluster.name)).toEqual([record])
    cluster.watchObjects = stale.watchObjects
  })
})

describe('an event', () => {
  it('asks a cluster for the objects of its repository and for nothing else, while runs come every minute', async () => {
    const { run, hear, pass } = await start('mirror-event')
    await run()

    expect(await hear()).toEqual(['listObjects'])
    pass(600)
    expect(await hear()).toEqual(['listObjects', 'listObjects', 'listObjects'])
  })

  it('is told at the next run where the cluster did not answer', async () => {
    const { run, hear, cluster, attempt, status } = await start('mirror-outage')
    await run()
    const { listObjects } = cluster
    await attempt({ succeeded: false, reason: 'Timeout', message: 'no answer' })
    cluster.listObjects = async () => {
      throw new UnavailableError('connection refused', { kind: 'network' })
    }
    await hear()
    cluster.listObjects = listObjects
    const before = status().syncStatus

    await run()

    expect([before, status().syncStatus]).toEqual(['Success', 'Failed'])
  })
})

describe('a run that watches', () => {
  it('acts on what changes meanwhile, and ends with the watch', async () => {
    const { process, cluster, path, pass } = await start('mirror-watching')
    pass(60)
    let change: WatchOptions['onChange'] | undefined
    const ends: (() => void)[] = []
    const { watchObjects } = cluster
    cluster.watchObjects = async (kind, version, options) => {
      const told = await watchObjects(kind, version, options)
      if (kind === 'Repository') change = options.onChange
      await new Promise<void>(resolve => ends.push(resolve))
      return told
    }
    const running = reconcileAll({ ...process, watchSeconds: new Map([[cluster.name, 50]]) })
    await expect.poll(() => change).toBeDefined()

    const object = cluster.put('Repository', 'other', {
      repository: path,
      tag: 'v1',
      registryRef: { name: 'registry' },
    })
    change?.({ type: 'present', object })
    await expect.poll(() => cluster.get('Repository', 'other')?.status.syncStatus).toBeDefined()
    for (const end of ends) end()

    expect(await running).toMatchObject([{ written: 1 }])
  })

  it('ends where its time is over', async () => {
    const { process, cluster, pass } = await start('mirror-late')
    pass(60)
    const ended: string[] = []
    cluster.watchObjects = async (kind, version, { onOpen, signal }) => {
      onOpen?.()
      await new Promise(resolve => signal?.addEventListener('abort', resolve))
      ended.push(kind)
      return version
    }

    await reconcileAll({ ...process, watchSeconds: new Map([[cluster.name, 50]]), remainingMs: () => 0 })

    expect(ended.sort()).toEqual(['ImageCleanupPolicy', 'RegistrySecret', 'Repository'])
  })
})
