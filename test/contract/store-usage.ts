import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Store } from '../../shared/ports/store.ts'
import { at, freshId, usageOf } from '../support/records.ts'

/** What a store must do with what clusters use. */
export function usageContract(store: () => Store): void {
  it('lists by repository and by cluster', async () => {
    const [one, two] = [freshId(), freshId()]
    const [here, there] = [randomUUID(), randomUUID()]
    const records = [
      usageOf(one, { cluster: here }),
      usageOf(one, { cluster: there }),
      usageOf(two, { cluster: here, name: 'api' }),
    ]
    await store().saveUsage(records)

    expect(sorted(await store().listUsage(one))).toEqual(sorted(records.slice(0, 2)))
    expect(sorted(await store().listClusterUsage(here))).toEqual(
      sorted([usageOf(one, { cluster: here }), ...records.slice(2)]),
    )
    expect(await store().listUsage(freshId())).toEqual([])
  })

  it('replaces the record of the same reference, and keeps another image of the same workload', async () => {
    const id = freshId()
    await store().saveUsage([usageOf(id), usageOf(id, { image: `${id}:v2` })])
    await store().saveUsage([usageOf(id, { endedAt: at(5) })])

    expect(await store().listUsage(id)).toHaveLength(2)
    expect((await store().listUsage(id)).filter(one => one.endedAt)).toHaveLength(1)
  })

  it('lets ended records expire, and none that came back or ended anew', async () => {
    const id = freshId()
    const ended = ['a', 'b', 'c'].map(name => usageOf(id, { name, endedAt: at(5) }))
    await store().saveUsage(ended)
    await store().saveUsage([usageOf(id, { name: 'b' }), usageOf(id, { name: 'c', endedAt: at(9) })])

    await store().expireUsage(ended, at(60))

    const expiring = (await store().listUsage(id)).filter(one => one.expiresAtSeconds !== undefined)
    expect(expiring).toEqual([{ ...ended[0], expiresAtSeconds: at(60).getTime() / 1000 }])
    await store().saveUsage([usageOf(id, { name: 'a' })])
    expect((await store().listUsage(id)).every(one => one.expiresAtSeconds === undefined)).toBe(true)
  })

  it('F22 writes more records than one batch takes', async () => {
    const id = freshId()
    await store().saveUsage(Array.from({ length: 70 }, (_, place) => usageOf(id, { name: `web-${place}` })))

    expect(await store().listUsage(id)).toHaveLength(70)
  })

  it('finds the inventories of several clusters, and none of one that has none', async () => {
    const [here, there] = [randomUUID(), randomUUID()]
    const draft = { startedAt: at(0), finishedAt: at(1), complete: true, workloads: 0, message: '' }
    for (const cluster of [here, there]) await store().saveInventory({ ...draft, cluster }, undefined)

    const found = await store().findInventories([here, randomUUID(), there])

    expect(found.map(one => one.cluster).sort()).toEqual([here, there].sort())
    expect(await store().findInventories([])).toEqual([])
  })

  it('lists the clusters in which objects lead to a repository, and finds again what is noted', async () => {
    const [repository, other] = [freshId(), freshId()]
    const noted = ['eu-1', 'eu-2'].map(cluster => ({ repository, cluster, path: 'team/app', expiresAtSeconds: 2e9 }))
    await store().saveTracking([...noted, { repository: other, cluster: 'eu-1', path: 'app', expiresAtSeconds: 2e9 }])
    await store().saveTracking(noted)

    expect((await store().listTracking(repository)).map(one => one.cluster).sort()).toEqual(['eu-1', 'eu-2'])
    expect(await store().listTracking(freshId())).toEqual([])
    const asked = [...noted, { repository, cluster: 'eu-3', path: 'team/app' }]
    expect((await store().findTracking(asked)).map(one => one.cluster).sort()).toEqual(['eu-1', 'eu-2'])
  })

  it('finds what is known of the events of places, as it was saved last', async () => {
    const [project, other] = [`r/${randomUUID()}`, `r/${randomUUID()}`]
    const came = { place: project, cameAt: at(1), expiresAtSeconds: 2e9 }
    const missed = { place: `${project}/app`, missedAt: at(2), expiresAtSeconds: 2e9 }
    await store().saveArrivals([{ ...came, cameAt: at(0) }])

    await store().saveArrivals([came, missed])

    const found = await store().findArrivals([project, `${project}/app`, project, other])
    expect(found.toSorted((a, b) => (a.place < b.place ? -1 : 1))).toEqual([came, missed])
  })

  it('keeps the inventory apart from the usage of its cluster', async () => {
    const cluster = randomUUID()
    const draft = { cluster, startedAt: at(0), finishedAt: at(1), complete: true, workloads: 0, message: '' }
    await store().saveInventory(draft, undefined)

    expect(await store().listClusterUsage(cluster)).toEqual([])
    expect(await store().findInventory(cluster)).toEqual({ ...draft, number: 1 })
  })
}

const sorted = <T>(records: readonly T[]): T[] =>
  records.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
