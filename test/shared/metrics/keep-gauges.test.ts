import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMetricsStore } from '../../../shared/adapters/store/metrics-store.ts'
import { hashNumber } from '../../../shared/domain/hash-number.ts'
import { InvalidInputError, UnreadableRecordError } from '../../../shared/errors.ts'
import { Leading } from '../../../shared/reconcile/leading.ts'
import type { ObjectMirror } from '../../../shared/reconcile/object-mirror.ts'
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

/** The minute of the hour in which a repository is looked at in any case. */
const turnOf = (id: string): number => hashNumber(id) % 60

let worlds = 0

/** A cluster of its own whose gauges reconcile keeps, and how often they were written. */
function start() {
  worlds += 1
  const fixture = createReconcileFixture(local.store, `eu-${worlds}`)
  const store = createMetricsStore(local.client, local.tableName)
  let writes = 0
  let reads = 0
  let days = 0
  const metrics: typeof store = {
    ...store,
    findGauge: name => {
      reads += 1
      return store.findGauge(name)
    },
    addHeldDay: record => {
      days += 1
      return store.addHeldDay(record)
    },
    saveGauges: (draft, previous) => {
      writes += 1
      return store.saveGauges(draft, previous)
    },
  }
  let mirrors = new Map<string, ObjectMirror>()
  const { cluster } = fixture
  return {
    ...fixture,
    metrics,
    reconcile: () => reconcileAll({ ...fixture.deps, metrics, mirrors }),
    /** One of several that agree on which of them leads in this cluster. */
    processOf: (name: string): ReconcileDeps => ({
      ...fixture.deps,
      store: { ...local.store, takeLease: (...[, ...rest]) => local.store.takeLease(cluster.name, ...rest) },
      metrics,
      mirrors: new Map(),
      leading: new Leading(name),
      madeBy: 'release and settings',
    }),
    /** Has the process look at an object whose image is in use, until it has measured that. */
    measureBy: async (process: ReconcileDeps) => {
      fixture.track({ tag: 'v1' })
      await local.store.saveImage(imageDraft(fixture.id, { stage: 'Use' }), undefined)
      await local.store.saveTag(tagDraft(fixture.id), undefined)
      await reconcileAll(process)
      await fixture.attempt()
      await reconcileAll(process)
    },
    reconcileWith: (other: typeof metrics) => reconcileAll({ ...fixture.deps, metrics: other, mirrors }),
    /** What was deployed anew knows nothing. */
    forget: () => {
      mirrors = new Map()
    },
    read: () => store.findGauge(cluster.name),
    writes: () => writes,
    reads: () => reads,
    days: () => days,
    heldDays: async () =>
      (await store.listHeldDays([cluster.name])).map(({ day, stored }) => [day, stored.map(({ bytes }) => bytes)]),
  }
}

describe('the gauges of a cluster', () => {
  it('say which versions its objects track, which of them fail, and how often', async () => {
    const { cluster, path, track, attempt, reconcile, read } = start()
    track({ tag: 'v1' })
    cluster.put('Repository', 'v2', { repository: path, tag: 'v2', registryRef: { name: 'registry' } })
    cluster.put('Repository', 'all', { repository: path, registryRef: { name: 'registry' } })
    await reconcile()
    await attempt({ succeeded: false, reason: 'NetworkError' })
    await reconcile()
    await reconcile()

    const gauges = await read()

    const image = `registry.example.com/${path}`
    expect(gauges?.versions).toEqual([{ namespace: 'team', image, tags: ['v1', 'v2'] }])
    expect(gauges?.failures.map(({ name, image: of, failures }) => [name, of, failures])).toEqual([
      ['all', image, 1],
      ['app', `${image}:v1`, 1],
      ['v2', `${image}:v2`, 1],
    ])
    expect(gauges?.namespaces).toEqual([{ namespace: 'team', byStatus: { Failed: 3 }, inDanger: 0 }])
    expect(gauges?.secrets).toEqual([
      { namespace: 'team', name: 'registry', registry: 'registry.example.com', failures: 0 },
    ])
  })

  it('say how many images of its repositories are in which stage, without those that are gone', async () => {
    const { id, track, attempt, reconcile, read } = start()
    track()
    await reconcile()
    await attempt()
    const stages = ['Introduction', 'Use', 'Use', 'Maintenance'] as const
    for (const [index, stage] of stages.entries())
      await local.store.saveImage(imageDraft(id, { digest: digestOf(`${id}-${index}`), stage }), undefined)
    await local.store.saveImage(
      imageDraft(id, { digest: digestOf(`${id}-gone`), stage: 'Cleanup', goneAt: at(1) }),
      undefined,
    )
    await local.store.saveTag(tagDraft(id, { digest: digestOf(`${id}-0`) }), undefined)

    await reconcile()

    const gauges = await read()
    expect(gauges?.stages).toEqual({ Introduction: 1, Use: 2, Maintenance: 1, Cleanup: 0 })
    expect(gauges?.repositories).toEqual({ measured: 1, tooLarge: 0 })
  })

  it('are written where they are other than before, and not again by what was deployed anew', async () => {
    const { track, attempt, reconcile, forget, writes, read } = start()
    track({ tag: 'v1' })
    await reconcile()
    await attempt()
    for (let run = 0; run < 3; run++) await reconcile()
    const before = writes()

    await reconcile()
    forget()
    for (let run = 0; run < 3; run++) await reconcile()

    expect(before).toBeGreaterThan(0)
    expect(writes()).toBe(before)
    expect((await read())?.versions).toHaveLength(1)
  })

  it('say what another process measured that looks at all repositories, where this one does not', async () => {
    const { cluster, path, measureBy, processOf, read } = start()
    const [first, second] = [processOf('first'), processOf('second')]
    await measureBy(first)
    await reconcileAll(first)
    cluster.put('Repository', 'elsewhere', { repository: `${path}-2`, tag: 'v2', registryRef: { name: 'registry' } })

    await reconcileAll(second)

    const gauges = await read()
    expect([gauges?.versions.length, gauges?.stages.Use, gauges?.repositories.measured]).toEqual([2, 1, 1])
  })

  it('stay for an hour when this process begins to look at all repositories in the place of another, and then say what it measured', async () => {
    const { id, path, measureBy, pass, processOf, read } = start()
    const [first, second] = [processOf('first'), processOf('second')]
    await measureBy(first)
    await reconcileAll(second)
    await local.store.saveImage(imageDraft(id, { digest: digestOf(`${id}-more`), stage: 'Use' }), undefined)
    await reconcileRepository({ registry: registryHost, repository: path }, second)
    await reconcileAll(second)
    const used = [(await read())?.stages.Use]

    pass((31 + (turnOf(id) === 31 ? 1 : 0)) * 60)
    await reconcileAll(second)
    used.push((await read())?.stages.Use)
    for (let minute = 1; minute <= 60; minute++) {
      pass(60)
      await reconcileAll(second)
    }
    used.push((await read())?.stages.Use)

    expect(used).toEqual([1, 1, 2])
  })

  it('say what this process measured also where that is what was written before another measured more', async () => {
    const { id, path, measureBy, pass, processOf, read } = start()
    const [first, second] = [processOf('first'), processOf('second')]
    await measureBy(first)
    await reconcileAll(second)
    const more = await local.store.saveImage(
      imageDraft(id, { digest: digestOf(`${id}-more`), stage: 'Use' }),
      undefined,
    )
    await reconcileRepository({ registry: registryHost, repository: path }, first)
    await reconcileAll(first)
    const used = [(await read())?.stages.Use]
    await local.store.saveImage({ ...more, goneAt: at(1) }, more)

    pass(31 * 60)
    for (let minute = 0; minute <= 60; minute++) {
      await reconcileAll(second)
      pass(60)
    }
    used.push((await read())?.stages.Use)

    expect(used).toEqual([2, 1])
  })

  it('are those of this process at once where it looks at all repositories and nothing was written before', async () => {
    const { id, cluster, path, track, attempt, processOf, read } = start()
    const own = processOf('alone')
    track({ tag: 'v1' })
    cluster.put('Repository', 'elsewhere', { repository: `${path}-2`, tag: 'v2', registryRef: { name: 'registry' } })
    await local.store.saveImage(imageDraft(id, { stage: 'Use' }), undefined)
    await local.store.saveTag(tagDraft(id), undefined)
    await reconcileAll(own)
    await attempt()

    await reconcileAll(own)

    const gauges = await read()
    expect([gauges?.stages.Use, gauges?.repositories.measured]).toEqual([1, 2])
  })

  it('grow with what this process measures where one repository cannot be read and nothing was written before', async () => {
    const { id, cluster, path, track, attempt, processOf, read } = start()
    const own = processOf('alone')
    const findRepository: typeof own.store.findRepository = async name => {
      if (name !== id) throw new UnreadableRecordError(name, 'expected a record, got none')
      return local.store.findRepository(name)
    }
    const deps = { ...own, store: { ...own.store, findRepository } }
    track({ tag: 'v1' })
    cluster.put('Repository', 'broken', { repository: `${path}-2`, tag: 'v2', registryRef: { name: 'registry' } })
    await reconcileAll(deps)
    await local.store.saveImage(imageDraft(id, { stage: 'Use' }), undefined)
    await local.store.saveTag(tagDraft(id), undefined)
    await attempt()

    await reconcileAll(deps)

    const gauges = await read()
    expect([gauges?.stages.Use, gauges?.repositories.measured]).toEqual([1, 1])
  })

  it('are read once by a process, and by a look that finds nothing new neither read nor written', async () => {
    const { track, attempt, reconcile, reads, writes } = start()
    track({ tag: 'v1' })
    await reconcile()
    await attempt({ succeeded: false, reason: 'NetworkError' })
    await reconcile()
    await reconcile()
    const written = writes()

    for (let look = 0; look < 5; look++) await reconcile()

    expect([reads(), writes() - written]).toEqual([1, 0])
  })

  it('forget an object that is deleted', async () => {
    const { cluster, track, reconcile, read } = start()
    const object = track({ tag: 'v1' })
    await reconcile()
    await reconcile()
    await cluster.deleteObject(cluster.get('Repository', 'app') ?? object)

    await reconcile()

    expect(await read()).toMatchObject({ versions: [], namespaces: [], repositories: { measured: 0, tooLarge: 0 } })
  })

  it('count policies that are paused, and those to which a grant is refused', async () => {
    const { cluster, reconcile, read } = start()
    cluster.put('ImageCleanupPolicy', 'on', { schedule: '0 2 * * *' })
    cluster.put(
      'ImageCleanupPolicy',
      'off',
      { schedule: '0 2 * * *' },
      { annotations: { 'theriseunion.io/pause': 'release' } },
    )
    const refused = cluster.put('ImageCleanupPolicy', 'refused', { schedule: '0 2 * * *' })
    await cluster.applyStatus(refused, {
      conditions: [{ type: 'Ready', status: 'False', reason: 'NotAuthorized', message: 'x', lastTransitionTime: 'x' }],
    })

    await reconcile()

    expect((await read())?.policies).toEqual({ total: 3, paused: 1, notAuthorized: 1 })
  })

  it('of many versions are written once in five minutes', async () => {
    const { cluster, path, pass, reconcile, writes } = start()
    const put = (tag: string) =>
      cluster.put('Repository', tag, { repository: path, tag, registryRef: { name: 'registry' } })
    for (let at = 0; at <= 1_000; at++) put(`v${at}`)
    await reconcile()
    const before = writes()

    put('next')
    await reconcile()
    const soon = writes()
    pass(301)
    await reconcile()

    expect(soon).toBe(before)
    expect(writes()).toBe(before + 1)
  })

  it('are told in sum alone where what is told one by one fits into no record', async () => {
    const { track, cluster, metrics, reconcileWith } = start()
    track({ tag: 'v1' })
    const isLong = ({ versions }: { versions: readonly unknown[] }) => versions.length > 0

    await reconcileWith({
      ...metrics,
      saveGauges: async (draft, previous) => {
        if (isLong(draft)) throw new InvalidInputError('too long')
        return metrics.saveGauges(draft, previous)
      },
    })

    expect(await metrics.findGauge(cluster.name)).toMatchObject({ versions: [], dropped: { versions: 1 } })
  })
})

describe('what is held by day', () => {
  const dayS = 86_400

  it('is noted once a day, by whichever process looks at it first', async () => {
    const { id, track, attempt, reconcile, forget, pass, days, heldDays } = start()
    track()
    await reconcile()
    await attempt()
    const synced = await local.store.findRepository(id)
    if (synced) await local.store.saveRepository({ ...synced, storedBytes: 7 }, synced)
    pass(dayS)
    for (const seconds of [0, 60, 3_600, 7_200]) {
      pass(seconds)
      await reconcile()
    }
    forget()
    await reconcile()
    pass(dayS)
    await reconcile()

    // The second process asked once more, and changed nothing.
    expect(await heldDays()).toEqual([
      ['2026-01-02', [7]],
      ['2026-01-03', [7]],
    ])
    expect(days()).toBe(3)
  })

  it('is not noted before all was measured once, after its first sync, or is not by the next hour', async () => {
    const { cluster, deps, metrics, track, pass, heldDays } = start()
    track()
    for (let at = 0; at < 70; at++)
      cluster.put('Repository', `r-${at}`, { repository: `team/part-${at}`, registryRef: { name: 'registry' } })
    const mirrors = new Map<string, ObjectMirror>()

    await reconcileAll({ ...deps, metrics, mirrors, remainingMs: () => 0 })
    const before = await heldDays()
    await reconcileAll({ ...deps, metrics, mirrors })
    const unsynced = await heldDays()
    pass(3_600)
    await reconcileAll({ ...deps, metrics, mirrors })

    expect([before, unsynced]).toEqual([[], []])
    expect(await heldDays()).toHaveLength(1)
  })

  it('is noted by a process that begins to look at all repositories once it looked at each, and not before', async () => {
    const { id, path, track, attempt, pass, processOf, heldDays } = start()
    const [first, second] = [processOf('first'), processOf('second')]
    track({ syncInterval: '24h' })
    await reconcileAll(first)
    await reconcileAll(second)
    await attempt()
    await reconcileRepository({ registry: registryHost, repository: path }, second)
    await reconcileAll(first)
    const synced = await local.store.findRepository(id)
    if (synced) await local.store.saveRepository({ ...synced, storedBytes: 7 }, synced)

    pass(dayS + (turnOf(id) === 0 ? 60 : 0))
    await reconcileAll(second)
    const begun = await heldDays()
    for (let minute = 1; minute <= 60; minute++) {
      pass(60)
      await reconcileAll(second)
    }

    expect(begun).toEqual([])
    expect(await heldDays()).toEqual([['2026-01-02', [7]]])
  })
})
