import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ClusterMeterRecord, ObjectGaugesRecord } from '../../shared/domain/records/metrics.ts'
import { ConflictError } from '../../shared/errors.ts'
import type { MetricsStore } from '../../shared/ports/metrics-store.ts'
import type { Draft } from '../../shared/ports/store.ts'
import { at } from '../support/records.ts'

export const meterDraft = (cluster: string, rest: Partial<ClusterMeterRecord> = {}): Draft<ClusterMeterRecord> => ({
  cluster,
  seen: { u1: 2 },
  pulls: [{ namespace: 'shop', node: 'n1', image: 'r/web', succeeded: 2, failed: 1, backedOff: 0 }],
  durations: [{ node: 'n1', image: 'r/web', sumSeconds: 2.5, buckets: [0, 1] }],
  nodes: [{ node: 'n1', imageBytes: 5, usedPercent: 81.5, source: 'kubelet', hasDiskPressure: false }],
  problems: [],
  measuredAt: at(0),
  ...rest,
})

export const gaugesDraft = (cluster: string, rest: Partial<ObjectGaugesRecord> = {}): Draft<ObjectGaugesRecord> => ({
  cluster,
  takenAt: at(0),
  versions: [{ namespace: 'shop', image: 'r/web', tags: ['v1', 'v2'] }],
  failures: [{ namespace: 'shop', name: 'web-v1', image: 'r/web:v1', failures: 4 }],
  dropped: { versions: 0, failures: 0 },
  secrets: [{ namespace: 'shop', name: 'harbor', registry: 'harbor.example.com', failures: 0 }],
  namespaces: [{ namespace: 'shop', byStatus: { Success: 1, Failed: 1 }, inDanger: 0 }],
  policies: { paused: 0, notAuthorized: 0, total: 1 },
  oldestSyncAt: at(0),
  stages: { Introduction: 1, Use: 2, Maintenance: 3, Cleanup: 4 },
  marked: 4,
  repositories: { measured: 1, tooLarge: 0 },
  stored: [{ registry: 'harbor.example.com', bytes: 12 }],
  ...rest,
})

/** What the table owes to those who count. */
export function metricsStoreContract(store: () => MetricsStore): void {
  it('gives back what is measured of a cluster as it was saved, whole, though it stands packed', async () => {
    const cluster = randomUUID()

    const meter = await store().saveMeter(meterDraft(cluster), undefined)
    const gauges = await store().saveGauges(gaugesDraft(cluster), undefined)

    expect(meter).toEqual({ ...meterDraft(cluster), number: 1 })
    expect(await store().findMeter(cluster)).toEqual(meter)
    expect(await store().findMeters([cluster, randomUUID()])).toEqual([meter])
    expect(await store().findGauge(cluster)).toEqual(gauges)
    expect(await store().findGauges([randomUUID(), cluster])).toEqual([gauges])
  })

  it('keeps of a cluster and day what was noted first, and lists the days of each cluster', async () => {
    const [cluster, other] = [randomUUID(), randomUUID()]
    const noted = (of: string, day: string, bytes: number) => ({
      ...{ cluster: of, day, expiresAtSeconds: 4_000_000_000 },
      stored: [{ registry: 'harbor.example.com', bytes }],
    })

    await Promise.all([
      store().addHeldDay(noted(cluster, '2026-01-02', 2)),
      store().addHeldDay(noted(other, '2026-01-02', 3)),
    ])
    await store().addHeldDay(noted(cluster, '2026-01-01', 1))
    await store().addHeldDay(noted(cluster, '2026-01-02', 9))

    expect(await store().listHeldDays([cluster, randomUUID()])).toEqual([
      noted(cluster, '2026-01-01', 1),
      noted(cluster, '2026-01-02', 2),
    ])
    expect(await store().listHeldDays([other])).toEqual([noted(other, '2026-01-02', 3)])
  })

  it('refuses what it could not read again, and keeps what stands', async () => {
    const cluster = randomUUID()
    const before = await store().saveMeter(meterDraft(cluster), undefined)
    const endless = { node: 'n1', image: 'r/web', sumSeconds: Number.POSITIVE_INFINITY, buckets: [1] }

    const saving = store().saveMeter(meterDraft(cluster, { durations: [endless] }), before)

    await expect(saving).rejects.toThrow(/expected what can be read again, got durations\.0\.sumSeconds/)
    expect(await store().findMeter(cluster)).toEqual(before)
  })

  it('lets of two who count from the same place only one write', async () => {
    const cluster = randomUUID()
    const before = await store().saveMeter(meterDraft(cluster), undefined)

    await store().saveMeter(meterDraft(cluster, { seen: { u1: 3 } }), before)

    await expect(store().saveMeter(meterDraft(cluster, { seen: { u1: 4 } }), before)).rejects.toThrow(ConflictError)
    expect((await store().findMeter(cluster))?.seen).toEqual({ u1: 3 })
  })

  it('holds as many series as there may be, of tags and names that hardly repeat', async () => {
    const cluster = randomUUID()
    const hex = () => randomUUID().replaceAll('-', '')
    const versions = [
      { namespace: 'shop', image: 'r/web', tags: Array.from({ length: 10_000 }, () => `${hex()}aaaaaaaa`) },
    ]
    const seen = Object.fromEntries(Array.from({ length: 20_000 }, () => [`u${hex().slice(0, 12)}`, 1]))
    const pulls = Array.from({ length: 2_001 }, () => ({
      namespace: `team-${hex().slice(0, 6)}`,
      node: `ip-10-0-0-${hex().slice(0, 8)}`,
      image: `harbor.example.com/${hex().slice(0, 12)}/web`,
      succeeded: 1,
      failed: 0,
      backedOff: 0,
      countedAt: Math.floor(Math.random() * 2e9),
    }))

    await store().saveGauges(gaugesDraft(cluster, { versions }), undefined)
    await store().saveMeter(meterDraft(cluster, { seen, pulls }), undefined)

    expect((await store().findGauge(cluster))?.versions).toEqual(versions)
    expect((await store().findMeter(cluster))?.pulls).toEqual(pulls)
  })

  it('adds up syncs side by side, each name apart', async () => {
    const cluster = randomUUID()
    const names = { cluster, namespace: 'shop', repository: 'harbor.example.com/shop/web' }
    const others = { ...names, namespace: 'staging' }

    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store().addSyncs([{ ...names, succeeded: index % 4 === 0 ? 0 : 1, failed: index % 4 === 0 ? 1 : 0 }], at(60)),
      ),
    )
    await store().addSyncs([{ ...others, succeeded: 1, failed: 0 }], at(0))

    const counted = (await store().listSyncCounts()).filter(one => one.cluster === cluster)
    const expiresAtSeconds = at(60).getTime() / 1000
    expect(counted).toEqual([
      { ...names, succeeded: 15, failed: 5, expiresAtSeconds },
      { ...others, succeeded: 1, failed: 0, expiresAtSeconds: at(0).getTime() / 1000 },
    ])
  })
}
