import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImageRecord, Mark } from '../../../shared/domain/records/images.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createKillPoint } from '../../support/memory-platform.ts'
import { createReconcileFixture } from '../../support/reconcile-fixture.ts'
import { at, digestOf, entryOf, imageDraft, tagDraft, usageOf } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const markOf = (rest: Partial<Mark> = {}): Mark => ({
  policy: 'eu-1/team/cleanup',
  policyHash: 'h',
  runId: 'r',
  markedAt: at(0),
  deleteAfter: at(86_400),
  reason: 'no rule keeps it',
  facts: [],
  ...rest,
})

/** The object `app` for the tag v1 of a synced repository, and the hands of the planner on its image. */
async function start(spec: object = { tag: 'v1' }) {
  const fixture = createReconcileFixture(local.store)
  const { id, track, attempt, cluster, reconcile } = fixture
  let image: ImageRecord = await local.store.saveImage(imageDraft(id), undefined)
  const tag = await local.store.saveTag(tagDraft(id), undefined)
  track(spec)
  await reconcile()
  await attempt()
  const save = async (next: Omit<ImageRecord, 'mark'> & Pick<Partial<ImageRecord>, 'mark'>) => {
    image = await local.store.saveImage(next, image)
  }
  return {
    ...fixture,
    tag,
    policy: (policySpec: object) => cluster.put('ImageCleanupPolicy', 'cleanup', policySpec),
    mark: (rest: Partial<Mark> = {}) =>
      save({ ...image, mark: markOf(rest), stage: 'Cleanup', change: entryOf(`marked-${image.number}`, 1) }),
    lift: async (reason: string) => {
      const { mark: _, ...rest } = image
      await save({ ...rest, change: entryOf('lifted', 2, { action: 'mark-lifted', actor: 'inventory', reason }) })
    },
    change: () => save({ ...image, change: entryOf('later', 3, { action: 'stage-changed' }) }),
    complete: async () => {
      const inventory = { startedAt: at(0), finishedAt: at(0), complete: true, workloads: 0, message: '' }
      await local.store.saveInventory({ cluster: 'eu-1', ...inventory }, await local.store.findInventory('eu-1'))
    },
    told: (reason: string) => cluster.events.filter(event => event.reason === reason),
  }
}

describe('a mark', () => {
  it('is shown with its policy and dates, and told once', async () => {
    const { mark, reconcile, pass, status, condition, told, cluster } = await start()
    await reconcile()
    await mark()

    await reconcile()
    const written = cluster.writes.applyStatus
    pass(60)
    await reconcile()

    expect(status().cleanup).toMatchObject({
      candidate: true,
      policyRef: 'eu-1/team/cleanup',
      markedTime: '2026-01-01T00:00:00Z',
      deleteAfter: '2026-01-02T00:00:00Z',
    })
    expect(status().role).toBe('Deletable')
    const text =
      'no rule keeps it; policy eu-1/team/cleanup deletes it after 2026-01-02T00:00:00Z unless something needs it by then'
    expect(condition('CleanupCandidate')).toMatchObject({ status: 'True', message: text })
    expect(told('MarkedForCleanup').map(event => event.message)).toEqual([text])
    expect(cluster.writes.applyStatus).toBe(written)
  })

  it('F35 is told anew when the policy changed and marked anew', async () => {
    const { mark, reconcile, told } = await start()
    await mark()
    await reconcile()
    await mark({ deleteAfter: at(172_800), reason: 'not among the newest 1' })

    await reconcile()

    expect(told('MarkedForCleanup').map(event => event.message)).toEqual([
      expect.stringContaining('2026-01-02T00:00:00Z'),
      expect.stringContaining('2026-01-03T00:00:00Z'),
    ])
    expect(told('CleanupMarkLifted')).toEqual([])
  })

  it('F13 that is lifted is told with the reason, though another change came over the image since', async () => {
    const { mark, lift, change, reconcile, told, condition, status } = await start()
    await mark()
    await reconcile()
    await lift('used by Deployment team/web in cluster eu-1')
    await change()

    await reconcile()
    await reconcile()

    expect(told('CleanupMarkLifted')).toMatchObject([
      { type: 'Normal', message: 'used by Deployment team/web in cluster eu-1 (inventory)' },
    ])
    expect(condition('CleanupCandidate')?.status).not.toBe('True')
    expect(status().cleanup).toEqual({ candidate: false })
  })

  it('T3 of a policy of another namespace that does not cover the object is shown without its name', async () => {
    const { mark, reconcile, status, told, condition } = await start()
    await mark({ policy: 'eu-1/bank/secret-plan', reason: 'beside Deployment bank/vault in cluster eu-1' })

    await reconcile()

    const shown = JSON.stringify([status(), told('MarkedForCleanup'), condition('CleanupCandidate')])
    expect(shown).not.toContain('bank')
    expect(shown).toContain('an object of another namespace deletes it after 2026-01-02T00:00:00Z')
  })

  it('T3 that a workload of another namespace lifted is told without its name', async () => {
    const { mark, lift, reconcile, told } = await start()
    await mark()
    await reconcile()
    await lift('used by Deployment bank/vault in cluster eu-1')

    await reconcile()

    expect(told('CleanupMarkLifted')).toMatchObject([{ message: 'used by an object of another namespace (inventory)' }])
  })

  it('F12 goes with the image that the tag left', async () => {
    const { mark, reconcile, told, tag, id } = await start()
    await mark()
    await reconcile()
    await local.store.saveImage(imageDraft(id, { digest: digestOf('two') }), undefined)
    await local.store.saveTag({ ...tag, digest: digestOf('two'), movedAt: at(5), change: entryOf('moved', 5) }, tag)

    await reconcile()

    expect(told('CleanupMarkLifted')).toMatchObject([{ message: `it is ${digestOf('two')} now, which is not marked` }])
  })

  it('is told at least once wherever reconcile is killed', async () => {
    const calls = await killedAfter(Number.POSITIVE_INFINITY)
    expect(calls.told).toBe(1)

    for (let last = 1; last <= calls.made; last++) {
      const { told, shown } = await killedAfter(last)
      expect([last, told >= 1, shown]).toEqual([last, true, true])
    }
  })
})

/** Reconcile killed after so many calls, and then run again. */
async function killedAfter(last: number) {
  const { mark, cluster, deps, told, status, reconcile } = await start()
  await reconcile()
  await mark()
  const kill = createKillPoint(last)
  const { store, clusterList, ...rest } = deps
  const killed = { ...rest, store: kill.wrap(store), clusterList: clusterList.map(one => kill.wrap(one)) }
  await reconcileAll(killed).catch(() => undefined)
  await reconcile()
  const shown = (status().cleanup as { candidate?: boolean }).candidate
  return { made: kill.calls, told: told('MarkedForCleanup').length, shown, cluster }
}

describe('CleanupCandidate', () => {
  it.each([
    [
      '93',
      'BeyondKeepRecent',
      {
        rules: [
          { tags: ['v*'], keepRecent: 3 },
          { tags: ['pr-*'], keepDays: 7 },
        ],
      },
      [],
    ],
    ['93', 'BeyondKeepRecent', { keepRecent: 3, unusedDays: 30 }, []],
    ['92', 'VersionExpired', { semver: { majorVersions: 2 } }, []],
    ['92', 'VersionExpired', { keepDays: 7 }, []],
    ['94', 'UnusedTooLong', { unusedDays: 30 }, ['current']],
    ['91', 'ApplicationOffline', { unusedDays: 30 }, ['ended']],
  ])('requirement %s: is True for %s', async (_, reason, spec, uses) => {
    const { mark, policy, reconcile, condition, complete, id } = await start()
    await complete()
    const ended = { name: 'gone', endedAt: at(9) }
    const current = { name: 'other', image: `${id}:v2` }
    await local.store.saveUsage(uses.map(use => usageOf(id, use === 'ended' ? ended : current)))
    policy(spec)
    await mark()

    await reconcile()

    expect(condition('CleanupCandidate')).toMatchObject({ status: 'True', reason })
  })

  it('is not known where no policy covers the object', async () => {
    const { policy, reconcile, condition } = await start()
    policy({ keepRecent: 1, namespaces: ['elsewhere'] })

    await reconcile()

    expect(condition('CleanupCandidate')).toMatchObject({ status: 'Unknown', reason: 'NoPolicy' })
  })

  it('is False within retention, and names the policy', async () => {
    const { policy, reconcile, condition } = await start()
    policy({ keepRecent: 1 })

    await reconcile()

    expect(condition('CleanupCandidate')).toMatchObject({
      status: 'False',
      reason: 'WithinRetention',
      message: 'not marked by policy team/cleanup',
    })
  })

  it.each([
    ['the name of the object and its tag', { name: 'app', tag: 'v1' }],
    ['a tag by glob', { tag: 'v*' }],
    ['the path', { name: 'team/*' }],
  ])('is False where the policy excludes %s', async (_, exclusion) => {
    const { policy, reconcile, condition } = await start()
    policy({ keepRecent: 1, exclude: [exclusion] })

    await reconcile()

    expect(condition('CleanupCandidate')).toMatchObject({ status: 'False', reason: 'Excluded' })
  })

  it('is False while something uses it, and says what', async () => {
    const { policy, reconcile, condition, status, id } = await start()
    policy({ keepRecent: 1 })
    const namespace = 'team'
    await local.store.saveUsage([
      usageOf(id, { namespace }),
      usageOf(id, { namespace, kind: 'CronJob', name: 'nightly' }),
    ])

    await reconcile()

    const protectedBy = 'CronJob team/nightly in cluster eu-1'
    expect(condition('CleanupCandidate')).toMatchObject({ reason: 'InUse', message: `${protectedBy} refers to it` })
    expect(status()).toMatchObject({ role: 'Current', cleanup: { candidate: false, protectedBy } })
  })

  it('of an object for the whole repository counts the marks, and tells of new ones', async () => {
    const { policy, mark, reconcile, condition, status, told } = await start({})
    policy({ keepRecent: 1 })
    await reconcile()
    expect(status().cleanup).toEqual({ candidate: false, markedImages: 0 })
    await mark()

    await reconcile()
    await reconcile()

    const message =
      '1 image of the repository is marked; the first is deleted after 2026-01-02T00:00:00Z unless something needs it by then'
    expect(condition('CleanupCandidate')).toMatchObject({ status: 'False', reason: 'WithinRetention', message })
    expect(status().cleanup).toEqual({ candidate: false, markedImages: 1, deleteAfter: '2026-01-02T00:00:00Z' })
    expect(told('MarkedForCleanup')).toMatchObject([{ message }])
    expect(status()).not.toHaveProperty('role')
  })
})

it('shows an index as used by the workload that runs one platform of it', async () => {
  const { reconcile, condition, status, id, tag } = await start()
  const index = await local.store.saveImage(
    imageDraft(id, { digest: digestOf('index'), children: [digestOf('amd64')] }),
    undefined,
  )
  await local.store.saveTag({ ...tag, digest: index.digest, change: entryOf('moved', 1) }, tag)
  await local.store.saveUsage([usageOf(id, { image: `${id}@${digestOf('amd64')}` })])

  await reconcile()

  expect(condition('InUse')?.status).toBe('True')
  expect(status().role).toBe('Current')
})
