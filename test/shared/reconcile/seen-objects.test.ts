import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UnavailableError } from '../../../shared/errors.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { manualSyncAnnotation } from '../../../shared/reconcile/annotations.ts'
import { reconcileAll, reconcileRepository } from '../../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'
import { at, digestOf, imageDraft, tagDraft } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const inventory = { finishedAt: at(0), complete: true, workloads: 0, message: '' }

/** A process that runs every minute over one object whose status says all there is to say, and which repositories it reads. */
async function start(clusterName: string, spec: object = { tag: 'v1' }) {
  const read: string[] = []
  const readWhole: string[] = []
  const store: Store = new Proxy(local.store, {
    get: (target, name, receiver) => {
      const found = Reflect.get(target, name, receiver)
      if (name !== 'listSyncs' && name !== 'listImages') return found
      return (id: string) => {
        ;(name === 'listSyncs' ? read : readWhole).push(id)
        return local.store[name](id)
      }
    },
  })
  const fixture = createReconcileFixture(store, clusterName)
  const { deps, track, attempt, pass, id } = fixture
  const mirrors = new Map()
  const tick = () => reconcileAll({ ...deps, mirrors })
  /** What one run reads, a minute later. */
  const readNow = async (minutes = 1) => {
    read.length = 0
    readWhole.length = 0
    pass(60 * minutes)
    await tick()
    return [...read]
  }
  const list = async (seconds: number) => {
    const previous = await local.store.findInventory(clusterName)
    await local.store.saveInventory({ ...inventory, cluster: clusterName, startedAt: at(seconds) }, previous)
  }
  await local.store.saveTag(tagDraft(id), undefined)
  await local.store.saveImage(imageDraft(id), undefined)
  track({ syncInterval: '24h', ...spec })
  await tick()
  await attempt()
  await reconcileRepository({ registry: registryHost, repository: fixture.path }, deps)
  await list(0)
  await tick()
  return { ...fixture, readNow, readWhole, list, mirrors }
}

describe('a run of a process that has seen all objects', () => {
  it.each([1, 6])(
    'reads no repository where nothing changed, but once an hour: a run every %i minutes',
    async every => {
      const { readNow, list, id } = await start(`seen-idle-${every}`)
      const reads: string[] = []

      for (let minute = every; minute <= 60; minute += every) {
        await list(60 * minute)
        reads.push(...(await readNow(every)))
      }

      expect(reads).toEqual([id])
    },
  )

  it.each([
    ['asks for a sync', { annotations: { [manualSyncAnnotation]: 'now' } }],
    ['has another spec', { spec: { tag: 'v1', syncInterval: '12h' } }],
  ])('reads that of an object which %s', async (what, change) => {
    const { readNow, cluster, id, path } = await start(`seen-${what.replaceAll(' ', '-')}`)
    const spec = { repository: path, registryRef: { name: 'registry' }, ...('spec' in change && change.spec) }

    cluster.change('Repository', 'app', { ...change, ...('spec' in change && { spec }) })

    expect(await readNow()).toEqual([id])
  })

  it('reads that of a new object, with what others of it ask', async () => {
    const { readNow, cluster, id, path } = await start('seen-new')

    cluster.put('Repository', 'other', { repository: path, tag: 'v2', registryRef: { name: 'registry' } })

    expect(await readNow()).toEqual([id])
    expect(cluster.get('Repository', 'other')?.status).toMatchObject({ syncStatus: 'Syncing' })
  })

  it('reads that of an object whose next sync is due', async () => {
    const { readNow, pass, id, sent } = await start('seen-due')
    const asked = sent.length

    pass(86_400)

    expect(await readNow()).toEqual([id])
    expect(sent.length).toBe(asked + 1)
  })

  it('reads of one whose sync is due the records of its syncs alone, and writes the times of a sync once an hour', async () => {
    const { readNow, readWhole, cluster, attempt, status, sent, list } = await start('seen-light', {
      tag: 'v1',
      syncInterval: '5m',
    })
    const [asked, wholes, writes] = [sent.length, [] as string[], [] as string[]]
    const { applyStatus } = cluster
    cluster.applyStatus = (object, next) => {
      if (object.kind === 'Repository') writes.push(String(next.lastSynced))
      return applyStatus(object, next)
    }

    for (let minute = 1; minute <= 120; minute++) {
      await list(60 * minute)
      const before = sent.length
      await readNow()
      wholes.push(...readWhole)
      if (sent.length > before) await attempt()
    }

    expect(sent.length - asked).toBeGreaterThanOrEqual(20)
    expect(wholes).toHaveLength(2)
    expect(writes.length).toBeLessThanOrEqual(2)
    expect(new Date(String(status().lastSynced)).getTime()).toBeGreaterThan(at(3000).getTime())
  })

  it('syncs a repository of which events tell every six hours, and says so in its turn', async () => {
    const { readNow, attempt, sent, id, status, list, pass } = await start('seen-told', {
      tag: 'v1',
      syncInterval: '1h',
    })
    pass(4000)
    await readNow()
    await attempt()
    await local.store.saveArrivals([{ place: id, cameAt: at(0), expiresAtSeconds: 2e9 }])
    const asked = sent.length
    const shown: unknown[] = []

    for (let minute = 1; minute <= 6 * 60; minute++) {
      await list(4000 + 60 * minute)
      await readNow()
      shown.push(status().nextSyncTime)
    }

    expect(sent.length).toBe(asked)
    expect(new Set(shown.slice(60)).size).toBe(1)
    expect(Date.parse(String(shown.at(-1)))).toBeGreaterThanOrEqual(at(4000 + 6 * 3600).getTime())
    pass(3600)
    await readNow()
    expect(sent.length).toBe(asked + 1)
  })

  it('says at once that a sync which was due failed, though no event came', async () => {
    const { readNow, attempt, condition, pass } = await start('seen-failed')
    pass(86_400)
    await readNow()

    await attempt({ succeeded: false, reason: 'RegistryUnavailable', message: 'down' })
    await readNow()

    expect(condition('Synced')).toMatchObject({ status: 'False', reason: 'RegistryUnavailable' })
  })

  it('reads those that a policy covers which is new, changed or gone, and says so', async () => {
    const { readNow, cluster, condition, id } = await start('seen-policy')
    const covering = () => condition('CleanupCandidate')?.reason

    cluster.put('ImageCleanupPolicy', 'cleanup', { keepRecent: 1 })
    expect([await readNow(), covering()]).toEqual([[id], 'WithinRetention'])
    cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { keepRecent: 1, exclude: [{ tag: 'v1' }] } })
    expect([await readNow(), covering()]).toEqual([[id], 'Excluded'])
    const policy = cluster.get('ImageCleanupPolicy', 'cleanup')
    if (policy) await cluster.deleteObject(policy)
    expect([await readNow(), covering()]).toEqual([[id], 'NoPolicy'])
  })

  it('reads those of a registry in which it is not known any more what is in use', async () => {
    const { readNow, pass, condition, id, list } = await start('seen-usage')
    await readNow()
    const before = condition('InUse')?.status

    pass(3600)

    expect(await readNow()).toContain(id)
    expect([before, condition('InUse')?.status]).toEqual(['False', 'Unknown'])
    await list(7200)
    await readNow()
    expect(condition('InUse')?.status).toBe('False')
  })

  it('puts a status right that somebody else wrote', async () => {
    const { readNow, cluster, status, id } = await start('seen-foreign-status')
    const object = cluster.get('Repository', 'app')
    if (object) await cluster.applyStatus(object, { ...object.status, nextSyncTime: '2099-01-01T00:00:00Z' })

    expect(await readNow()).toEqual([id])
    expect(status().nextSyncTime).not.toContain('2099')
  })

  it('tells of an object whose RegistrySecret is gone', async () => {
    const { readNow, cluster, condition } = await start('seen-secret')
    const secret = cluster.get('RegistrySecret', 'registry')
    if (secret) await cluster.deleteObject(secret)

    await readNow()

    expect(condition('Synced')).toMatchObject({ status: 'False', reason: 'RegistryNotFound' })
  })

  it('looks at all objects of a cluster again that did not answer when an event came', async () => {
    const { readNow, list, cluster, deps, path, id, mirrors } = await start('seen-outage')
    const { listObjects } = cluster
    // Its turn of the hour, whose minute its name decides, is not to fall on what is read below.
    for (let minute = 1, isOver = false; !isOver; minute++) {
      await list(60 * minute)
      isOver = (await readNow()).length > 0
    }
    cluster.listObjects = async () => {
      throw new UnavailableError('connection refused', { kind: 'network' })
    }
    await reconcileRepository({ registry: registryHost, repository: path }, { ...deps, mirrors })
    cluster.listObjects = listObjects

    expect([await readNow(), await readNow()]).toEqual([[id], []])
  })

  it('sees a tag that was put back without an event', async () => {
    const { readNow, condition, id } = await start('seen-missing', { tag: 'v2' })
    expect(condition('Synced')?.reason).toBe('TagNotFound')

    await local.store.saveTag(tagDraft(id, { tag: 'v2' }), undefined)
    await readNow()

    expect(condition('Synced')?.status).toBe('True')
  })

  it('looks again at an object whose status it could not write', async () => {
    const { readNow, cluster, id } = await start('seen-conflict')
    const { applyStatus } = cluster
    cluster.applyStatus = async (object, status) => {
      cluster.applyStatus = applyStatus
      // Somebody else writes it first.
      cluster.change(object.kind, object.metadata.name, { annotations: { by: 'somebody' } })
      return applyStatus(object, status)
    }
    cluster.put('ImageCleanupPolicy', 'cleanup', { keepRecent: 1 })

    expect([await readNow(), await readNow()]).toEqual([[id], [id]])
  })
})

it('shows what an event brought though the lists of its repository lag', async () => {
  const { deps, track, attempt, id, path, pass, status } = createReconcileFixture(local.store, 'seen-lagging')
  const [before, after] = [digestOf('before'), digestOf('after')]
  const first = await local.store.saveTag(tagDraft(id, { tag: 'v1', digest: before }), undefined)
  await local.store.saveImage(imageDraft(id, { digest: before }), undefined)
  track({ tag: 'v1' })
  await reconcileAll(deps)
  await attempt()
  pass(60)
  const lagging = { tags: await local.store.listTags(id), images: await local.store.listImages(id) }
  const store: Store = {
    ...local.store,
    listTags: async (repository, options) =>
      options?.mayLag ? lagging.tags : local.store.listTags(repository, options),
    listImages: async (repository, options) =>
      options?.mayLag ? lagging.images : local.store.listImages(repository, options),
  }
  await local.store.saveImage(imageDraft(id, { digest: after }), undefined)
  await local.store.saveTag({ ...first, digest: after, previousDigest: before, movedAt: at(60) }, first)

  await reconcileRepository({ registry: registryHost, repository: path }, { ...deps, store })

  expect(status()).toMatchObject({ digest: after, previousDigest: before, manifest: {} })
})

it('asks the store no more often in an idle run for ten times the objects', async () => {
  const readsOf = async (objects: number) => {
    let reads = 0
    const store: Store = new Proxy(local.store, {
      get: (target, name, receiver) => {
        if (/^(find|list)/.test(String(name))) reads += 1
        return Reflect.get(target, name, receiver)
      },
    })
    const { deps, cluster, attempt, path, sent, pass } = createReconcileFixture(store, `seen-many-${objects}`)
    for (let place = 0; place < objects; place++)
      cluster.put('Repository', `app-${place}`, {
        repository: path,
        registryRef: { name: 'registry' },
        tag: `v${place}`,
        syncInterval: '24h',
      })
    const mirrors = new Map()
    for (let place = 0; place < objects; place++)
      await local.store.saveTag(tagDraft(`${registryHost}/${path}`, { tag: `v${place}` }), undefined)
    await reconcileAll({ ...deps, mirrors })
    await attempt({ attempt: sent.at(-1)?.attempt ?? '' })
    // The answer is noted, and then nothing is left to be said.
    await reconcileAll({ ...deps, mirrors })
    pass(1)
    reads = 0
    await reconcileAll({ ...deps, mirrors })
    return reads
  }

  expect(await readsOf(50)).toBe(await readsOf(5))
})

it('goes on in the next run where the time of one is over', async () => {
  const { deps, cluster } = createReconcileFixture(local.store, 'seen-late')
  const names = Array.from({ length: 150 }, (_, place) => `app-${place}`)
  for (const name of names)
    cluster.put('Repository', name, { repository: `late/${name}`, registryRef: { name: 'registry' } })
  const mirrors = new Map()
  const told = () => names.filter(name => cluster.get('Repository', name)?.status.syncStatus !== undefined).length
  const runs: number[] = []

  for (let minute = 0; minute < 3; minute++) {
    await reconcileAll({ ...deps, mirrors, remainingMs: () => 0, now: () => at(60 * minute) })
    runs.push(told())
  }

  expect(runs[0]).toBeLessThan(runs[1] ?? 0)
  expect(runs.at(-1)).toBe(names.length)
})

it('writes what an event brought though somebody else writes the object at the same time', async () => {
  const { deps, track, cluster, attempt, path, condition } = createReconcileFixture(local.store, 'seen-event')
  track()
  await reconcileAll(deps)
  await attempt()
  const { applyStatus } = cluster
  cluster.applyStatus = async (object, status) => {
    cluster.applyStatus = applyStatus
    cluster.change(object.kind, object.metadata.name, { annotations: { by: 'somebody' } })
    return applyStatus(object, status)
  }

  await reconcileRepository({ registry: registryHost, repository: path }, deps)

  expect(condition('Synced')?.status).toBe('True')
})
