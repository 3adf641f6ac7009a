import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../../shared/ports/store.ts'
import { Leading } from '../../../shared/reconcile/leading.ts'
import { type ReconcileDeps, reconcileAll, reconcileRepository } from '../../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'
import { at, digestOf, imageDraft, tagDraft } from '../../support/records.ts'

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
  await first.run()
  return { ...fixture, begin, first, move }
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
    const after: string[][] = []
    for (let minute = 1; minute <= 31; minute++) after.push(await second.run())

    expect(reads).toEqual({ first: 2, second: 0 })
    expect(after.flat()).toContain(id)
  })

  it('one that begins anew under its name leads at once', async () => {
    const { begin, id } = await start('several-anew')

    expect(await begin('first').run()).toEqual([id])
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
