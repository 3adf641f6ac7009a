import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMetricsStore } from '../../../shared/adapters/store/metrics-store.ts'
import type { PullEvent } from '../../../shared/domain/metrics/pull-event.ts'
import type { ClusterMeterRecord, NodeStorage } from '../../../shared/domain/records/metrics.ts'
import { AccessDeniedError, StoreUnavailableError } from '../../../shared/errors.ts'
import { meterCluster } from '../../../shared/metrics/meter-cluster.ts'
import type { NodeReading } from '../../../shared/ports/cluster-meter.ts'
import type { MetricsStore } from '../../../shared/ports/metrics-store.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createKillPoint, createMoments, KilledError } from '../../support/memory-platform.ts'
import { at } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const failed = (uid: string, count: number): PullEvent => ({
  uid,
  count,
  namespace: 'shop',
  node: 'n1',
  image: 'r/web',
  outcome: 'failed',
})
const node = (usedPercent: number): NodeStorage => ({
  node: 'n1',
  imageBytes: usedPercent * 1e6,
  usedPercent,
  source: 'status',
  hasDiskPressure: false,
})

/** A cluster whose Events and nodes are what the test says; each change of an Event has the next version. */
function start() {
  const events: PullEvent[] = []
  const nodes: NodeReading[] = [node(40)]
  const asked: (string | undefined)[] = []
  const writes: string[] = []
  const reads: string[] = []
  let refusal: Error | undefined
  const meter = {
    readPullEvents: async (from: string | undefined) => {
      asked.push(from)
      if (refusal) throw refusal
      return { events: events.slice(Number(from ?? 0)), isAll: from === undefined, version: String(events.length) }
    },
    listNodeStorage: async () => [...nodes],
  }
  const name = `c-${randomUUID()}`
  const store = createMetricsStore(local.client, local.tableName)
  const counting: MetricsStore = {
    ...store,
    findMeter: cluster => {
      reads.push(cluster)
      return store.findMeter(cluster)
    },
    saveMeter: (draft, previous) => {
      writes.push(draft.cluster)
      return store.saveMeter(draft, previous)
    },
  }
  const take = (metrics: MetricsStore = counting, known?: Map<string, ClusterMeterRecord | undefined>) =>
    meterCluster({ name, listWorkloads: async () => [], meter }, { metrics, now: () => at(0), ...(known && { known }) })
  const read = async () => {
    const found = await store.findMeter(name)
    return (found?.pulls ?? []).reduce((sum, one) => sum + one.failed, 0)
  }
  const refuse = (error: Error | undefined) => {
    refusal = error
  }
  return { events, nodes, asked, reads, writes, take, read, refuse, store, counting, name }
}

describe('a meter', () => {
  it('counts what was told since the version before, also in a process that knows nothing, as after a deploy', async () => {
    const { events, asked, take, read } = start()
    events.push(failed('a', 1))
    await take()
    events.push(failed('a', 3), failed('b', 1))

    await take(createMetricsStore(local.client, local.tableName))

    expect(await read()).toBe(4)
    expect(asked).toEqual([undefined, '1'])
  })

  it('says what does not fit into the table, and fails nothing else', async () => {
    const { nodes, take, read } = start()
    for (let at = 0; at < 5_000; at++) nodes.push({ ...node(40), node: `${randomBytes(110).toString('hex')}-${at}` })

    const problems = await take()

    expect(problems).toEqual([expect.stringContaining('expected what fits into an item of the table')])
    expect(await read()).toBe(0)
  })

  it('writes nothing where nothing happened', async () => {
    const { events, nodes, writes, take } = start()
    events.push(failed('a', 1))
    await take()

    await take()
    nodes[0] = node(40.2)
    await take()

    expect(writes).toHaveLength(1)
    nodes[0] = node(42)
    await take()
    expect(writes).toHaveLength(2)
  })

  it('reads the table once in a process, and again only after another wrote', async () => {
    const { events, reads, take, read, counting } = start()
    const known = new Map()
    events.push(failed('a', 1))
    for (let look = 0; look < 5; look++) await take(counting, known)

    expect(reads).toHaveLength(1)
    events.push(failed('b', 1))
    await take()
    events.push(failed('c', 1))
    await take(counting, known)
    await take(counting, known)
    await take(counting, known)
    expect(await read()).toBe(3)
    expect(reads).toHaveLength(3)
  })

  it('reads the table while there is nothing to remember no more than once', async () => {
    const { nodes, reads, take, counting } = start()
    nodes.length = 0
    const known = new Map()

    await take(counting, known)
    await take(counting, known)

    expect(reads).toHaveLength(1)
  })

  it('keeps what a kubelet said last while it does not answer, under the name of the same series', async () => {
    const { nodes, take, store, name } = start()
    nodes[0] = { ...node(70), source: 'kubelet' }
    await take()
    nodes[0] = { ...node(12), hasDiskPressure: true, isKubeletSilent: true }

    await take()

    const measured = (await store.findMeter(name))?.nodes
    expect(measured).toEqual([{ ...node(70), source: 'kubelet', hasDiskPressure: true }])
    nodes[0] = { ...node(12) }
    await take()
    expect((await store.findMeter(name))?.nodes).toEqual([node(12)])
  })

  it('measures a node by its status whose kubelet never answered', async () => {
    const { nodes, take, store, name } = start()
    nodes[0] = { ...node(12), isKubeletSilent: true }

    await take()

    expect((await store.findMeter(name))?.nodes).toEqual([node(12)])
  })

  it('sets no counter back of a node that is not listed for once', async () => {
    const { events, nodes, take, read, store, name } = start()
    events.push(failed('a', 5))
    await take()
    nodes[0] = { ...node(40), node: 'n2' }
    events.push({ ...failed('b', 1), node: 'n2' })

    await take()

    expect(await read()).toBe(6)
    expect((await store.findMeter(name))?.absentSince).toEqual({ n1: at(0).getTime() })
  })

  it('remembers how many series had no room', async () => {
    const { events, nodes, take, store, name } = start()
    for (let at = 0; at < 2_003; at++) events.push({ ...failed(`e${at}`, 1), image: `r/i${at}` })
    await take()
    events.push(failed('last', 1))
    await take()
    nodes[0] = node(90)
    await take()

    expect((await store.findMeter(name))?.fallen).toEqual({ pulls: 4, durations: 0 })
  })

  it('counts each Event once though it is killed after any call', async () => {
    for (let last = 1; ; last++) {
      const { events, take, read, store } = start()
      events.push(failed('a', 2), failed('b', 1))
      const kill = createKillPoint(last)
      const isKilled = await take(kill.wrap(store)).then(
        () => false,
        error => {
          expect(error).toBeInstanceOf(KilledError)
          return true
        },
      )

      await take()
      expect(await read()).toBe(3)
      if (!isKilled) return
    }
  })

  it('counts each Event once where two runs read the same', async () => {
    const { events, take, read } = start()
    events.push(failed('a', 2))

    await Promise.all([take(), take(), take()])

    expect(await read()).toBe(2)
  })

  it('puts no count back where a run that read less ends later', async () => {
    const { events, take, read, store, name } = start()
    events.push(failed('a', 1))
    const moments = createMoments()
    moments.onceBefore('saveMeter', async () => {
      events.push(failed('b', 1))
      await take()
    })

    await take(moments.wrap(store))

    expect(await read()).toBe(2)
    expect((await store.findMeter(name))?.eventsVersion).toBe('2')
  })

  it('keeps what was counted where a right is missing, measures the rest, and says so once', async () => {
    const { events, nodes, take, read, refuse, store, name } = start()
    events.push(failed('a', 1))
    await take()
    refuse(new AccessDeniedError('cluster c: list events: the API server answered 403'))
    nodes[0] = node(90)

    expect(await take()).toEqual(['cluster c: list events: the API server answered 403'])
    expect(await take()).toEqual([])
    expect(await read()).toBe(1)
    expect((await store.findMeter(name))?.nodes).toEqual([node(90)])
    refuse(undefined)
    expect(await take()).toEqual([])
    expect((await store.findMeter(name))?.problems).toEqual([])
  })

  it('fails where the table does not answer, so that the run is repeated', async () => {
    const { take, store } = start()
    const down = async () => {
      throw new StoreUnavailableError('down', { kind: 'server' })
    }

    await expect(take({ ...store, findMeter: down })).rejects.toThrow(StoreUnavailableError)
  })

  it('asks nothing of what has no nodes', async () => {
    const { store } = start()

    expect(
      await meterCluster({ name: 'aws', listWorkloads: async () => [] }, { metrics: store, now: () => at(0) }),
    ).toEqual([])
    expect(await store.findMeter('aws')).toBeUndefined()
  })
})
