import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashNumber } from '../../../shared/domain/hash-number.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { Leading } from '../../../shared/reconcile/leading.ts'
import { minuteOf } from '../../../shared/reconcile/look-reason.ts'
import { type ReconcileDeps, reconcileAll, reconcileRepository } from '../../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'
import { at, digestOf, imageDraft, repositoryDraft, syncDraft, tagDraft } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** Processes of one installation over one object, of which the first leads; each run comes a minute after the one before. */
async function start(clusterName: string) {
  const fixture = createReconcileFixture(local.store, clusterName)
  const { deps, track, attempt, pass, id, path } = fixture
  let seconds = 0
  const list = async () => {
    const previous = await local.store.findInventory(clusterName)
    const inventory = { finishedAt: at(0), complete: true, workloads: 0, message: '' }
    await local.store.saveInventory({ ...inventory, cluster: clusterName, startedAt: at(seconds) }, previous)
  }
  const begin = (name: string, madeBy = 'release and settings') => {
    const read: string[] = []
    const store: Store = {
      ...local.store,
      listSyncs: repository => {
        read.push(repository)
        return local.store.listSyncs(repository)
      },
      takeLease: (...[, ...rest]) => local.store.takeLease(clusterName, ...rest),
    }
    const own: ReconcileDeps = { ...deps, store, mirrors: new Map(), leading: new Leading(name), madeBy }
    return {
      /** Which repositories a run reads. */
      run: async (minutes = 1) => {
        read.length = 0
        pass(60 * minutes)
        seconds += 60 * minutes
        await list()
        await reconcileAll(own)
        return [...read]
      },
      hear: () => reconcileRepository({ registry: registryHost, repository: path }, own),
    }
  }
  const tag = await local.store.saveTag(tagDraft(id), undefined)
  await local.store.saveImage(imageDraft(id), undefined)
  const move = async () => {
    const digest = digestOf('moved')
    await local.store.saveImage(imageDraft(id, { digest }), undefined)
    await local.store.saveTag({ ...tag, digest, previousDigest: tag.digest, movedAt: at(seconds) }, tag)
  }
  track({ syncInterval: '24h', tag: 'v1' })
  const first = begin('first')
  await first.run()
  await attempt()
  await first.hear()
  // The minute of the hour that is the repository's is just over: else some other run would have its turn.
  await first.run(61 + ((hashNumber(id) - minuteOf(deps.now())) % 60))
  return { ...fixture, begin, first, move }
}

/** So many more repositories, each synced once. */
async function addMany(
  { cluster, sent, first }: Pick<Awaited<ReturnType<typeof start>>, 'cluster' | 'sent' | 'first'>,
  count: number,
): Promise<void> {
  const synced = sent.length
  for (let place = 0; place < count; place++)
    cluster.put('Repository', `r-${place}`, {
      repository: `${cluster.name}/${place}`,
      registryRef: { name: 'registry' },
      syncInterval: '24h',
    })
  await first.run()
  for (const { registry, repository, credential, attempt, asks = [] } of sent.slice(synced)) {
    const id = `${registry}/${repository}`
    const times = { firstSyncedAt: at(0), lastSyncedAt: at(0) }
    await local.store.saveRepository(repositoryDraft(id, times), undefined)
    const answered = { answered: asks, lastSucceededAt: at(0) }
    await local.store.saveSync({ ...syncDraft(id, 0, { credential, outcome: { attempt } }), ...answered }, undefined)
  }
  await first.run()
}

describe('of several processes', () => {
  it('none reads a repository for what another told after an event', async () => {
    const { first, begin, move, status } = await start('several-told')
    const second = begin('second')
    await second.run()

    await move()
    await second.hear()

    expect(status().digest).toBe(digestOf('moved'))
    expect([await first.run(), await second.run()]).toEqual([[], []])
  })

  it('one that begins reads nothing where all is told', async () => {
    const { begin } = await start('several-begin')

    expect(await begin('second').run()).toEqual([])
  })

  it.each([
    ['a person changed the status', { status: { nextSyncTime: '2099-01-01T00:00:00Z' } }],
    ['a person changed an annotation', { annotations: { owner: 'somebody' } }],
  ])('each looks where %s', async (what, change) => {
    const { first, begin, cluster, id } = await start(`several ${what}`)
    const second = begin('second')
    const object = cluster.get('Repository', 'app')

    if ('annotations' in change) cluster.change('Repository', 'app', change)
    else if (object) await cluster.applyStatus(object, { ...object.status, ...change.status })

    expect(await second.run()).toEqual([id])
    expect(await first.run()).toEqual('annotations' in change ? [id] : [])
  })

  it('one of other settings, or another release, looks at what was told before', async () => {
    const { begin, id } = await start('several-release')

    expect(await begin('second', 'another release').run()).toEqual([id])
  })

  it('one looks where a policy says something new, and writes no status again that says the same', async () => {
    const { first, begin, cluster, condition, id } = await start('several-policy')
    const second = begin('second')
    await second.run()

    cluster.put('ImageCleanupPolicy', 'cleanup', { keepRecent: 1 })

    expect([await first.run(), await second.run()]).toEqual([[id], []])
    expect(condition('CleanupCandidate')?.reason).toBe('WithinRetention')
  })

  it('one looks at each repository once an hour, and another takes that on after it ended', async () => {
    const { first, begin, id } = await start('several-leading')
    const second = begin('second')
    const reads: Record<string, number> = { first: 0, second: 0 }

    for (let minute = 2; minute <= 120; minute += 2) {
      reads.first = (reads.first ?? 0) + (await first.run()).length
      reads.second = (reads.second ?? 0) + (await second.run()).length
    }
    reads.first = (reads.first ?? 0) + (await first.run(0)).length
    const after: string[][] = []
    for (let minute = 1; minute <= 31 + 60; minute++) after.push(await second.run())

    expect(reads).toEqual({ first: 2, second: 0 })
    expect(after.flat()).toContain(id)
  })

  it('one that begins to lead reads of many repositories those of the minute, and in an hour each once', async () => {
    const world = await start('several-anew')
    await addMany(world, 40)
    const next = world.begin('first')
    const runs: string[][] = []

    for (let minute = 1; minute <= 60; minute++) runs.push(await next.run())

    expect(new Set(runs.flat()).size).toBe(41)
    expect(runs.flat()).toHaveLength(41)
    expect(Math.max(...runs.map(({ length }) => length))).toBeLessThan(41 / 4)
  })

  it('one that begins to lead tells within an hour of an event that was lost before', async () => {
    const { begin, move, status } = await start('several-lost')
    await move()
    const next = begin('first')

    let minutes = 0
    while (status().digest !== digestOf('moved') && minutes < 120) {
      await next.run()
      minutes += 1
    }

    expect(minutes).toBeLessThanOrEqual(60)
  })

  it('one of other settings looks at all of many repositories as soon as it leads', async () => {
    const world = await start('several-settings')
    await addMany(world, 40)

    const read = await world.begin('first', 'other settings').run()

    expect(new Set(read).size).toBe(41)
  })
})

it('writes how many tags there are to the object for one of them with the next news of that', async () => {
  const { begin, cluster, id, move, path, status } = await start('several-counted')
  cluster.put('Repository', 'whole', { repository: path, registryRef: { name: 'registry' } })
  const process = begin('second')
  const counts = () => [status().artifactCount, status('Repository', 'whole').artifactCount]
  await process.run()
  const before = cluster.writes.applyStatus

  await local.store.saveTag(tagDraft(id, { tag: 'v2' }), undefined)
  await process.hear()

  expect([cluster.writes.applyStatus - before, counts()[0]]).toEqual([0, 1])
  await move()
  await process.hear()
  expect(counts()[0]).toBe(2)
})
