import { describe, expect, it } from 'vitest'
import { createMetricsServer } from '../../../functions/metrics/serve-metrics.ts'
import { StoreUnavailableError, UnavailableError } from '../../../shared/errors.ts'
import { gaugesDraft, meterDraft } from '../../contract/metrics-store.ts'
import { readOpenMetrics } from '../../support/openmetrics.ts'
import { policyThatRan } from '../../support/policy-that-ran.ts'
import { at } from '../../support/records.ts'
import { secretsOf } from '../../support/webhook-fixture.ts'

type Deps = Parameters<typeof createMetricsServer>[0]

function start(rest: Partial<Deps> = {}) {
  let seconds = 0
  let reads = 0
  const deps: Deps = {
    metrics: {
      findMeters: async () => {
        reads += 1
        return [{ ...meterDraft('eu-1'), number: 1 }]
      },
      findGauges: async () => [{ ...gaugesDraft('eu-1'), number: 1 }],
      listSyncCounts: async () => [
        { cluster: 'eu-1', namespace: 'shop', repository: 'r/web', succeeded: 7, failed: 2, expiresAtSeconds: 0 },
        { cluster: 'gone', namespace: 'shop', repository: 'r/web', succeeded: 1, failed: 0, expiresAtSeconds: 0 },
      ],
    },
    store: {
      findInventories: async () => [
        { cluster: 'eu-1', startedAt: at(0), finishedAt: at(1), complete: true, workloads: 3, message: '', number: 1 },
      ],
      listPolicies: async () => [policyThatRan],
    },
    killSwitch: { isPaused: async () => false },
    queues: { listDepths: async () => [{ queue: 'sync', waiting: 4, underWay: 1, ageSeconds: 90 }] },
    secrets: secretsOf({ metrics: 'opens-metrics\n' }),
    secretId: 'metrics',
    clusters: ['eu-1'],
    sources: ['eu-1'],
    now: () => at(seconds),
    ...rest,
  }
  const serve = createMetricsServer(deps)
  const ask = (authorization?: string, path = '/metrics', method = 'GET') =>
    serve({ method, path, headers: authorization === undefined ? {} : { authorization } })
  const scrape = async () => {
    const answer = await ask('Bearer opens-metrics')
    return 'text' in answer ? readOpenMetrics(answer.text) : new Map()
  }
  const pass = (by: number) => {
    seconds += by
  }
  return { ask, scrape, pass, reads: () => reads }
}

const pullOf = (image: string) => ({
  ...{ namespace: 'shop', node: 'n1', image },
  ...{ succeeded: 1, failed: 0, backedOff: 0 },
})

/** The samples of a family as `name{labels} value`, without the cluster. */
async function samplesOf(family: string, rest?: Partial<Deps>) {
  const found = (await start(rest).scrape()).get(family)
  const shown = ({ name, labels, value }: { name: string; labels: object; value: number }) =>
    `${name} ${Object.entries(labels)
      .filter(([label]) => label !== 'cluster')
      .map(one => one.join('='))
      .join(',')} ${value}`
  return { type: found?.type, samples: found?.samples.map(shown) }
}

describe('a scrape', () => {
  it.each([
    ['image_pull', 'counter', ['image_pull_total namespace=shop,node=n1,image=r/web 3']],
    ['image_pull_success', 'counter', ['image_pull_success_total namespace=shop,node=n1,image=r/web 2']],
    ['image_storage_bytes', 'gauge', ['image_storage_bytes node=n1,source=kubelet 5']],
    ['image_storage_usage_percent', 'gauge', ['image_storage_usage_percent node=n1,source=kubelet 81.5']],
    ['image_sync', 'counter', ['image_sync_total namespace=shop,repository=r/web 9']],
    ['image_sync_success', 'counter', ['image_sync_success_total namespace=shop,repository=r/web 7']],
    ['image_sync_failures', 'gauge', ['image_sync_failures namespace=shop,name=web-v1,image=r/web:v1 4']],
    [
      'image_versions',
      'gauge',
      ['image_versions namespace=shop,image=r/web,tag=v1 1', 'image_versions namespace=shop,image=r/web,tag=v2 1'],
    ],
    [
      'image_registry_connection_failures',
      'gauge',
      ['image_registry_connection_failures namespace=shop,registry_name=harbor,registry=harbor.example.com 0'],
    ],
    ['shelflife_deleted', 'counter', ['shelflife_deleted_total namespace=shop,policy=nightly 12']],
    ['shelflife_sweeps_paused', 'gauge', ['shelflife_sweeps_paused  0']],
    ['shelflife_queue_age_seconds', 'gauge', ['shelflife_queue_age_seconds queue=sync 90']],
    ['shelflife_sync_age_seconds', 'gauge', ['shelflife_sync_age_seconds  0']],
  ])('has %s, a %s', async (family, type, samples) => {
    expect(await samplesOf(family)).toEqual({ type, samples })
  })

  it('has durations as a histogram that adds up', async () => {
    const { type, samples = [] } = await samplesOf('image_pull_duration_seconds')

    expect(type).toBe('histogram')
    expect(samples.slice(0, 2)).toEqual([
      'image_pull_duration_seconds_bucket node=n1,image=r/web,le=0.5 0',
      'image_pull_duration_seconds_bucket node=n1,image=r/web,le=1.0 1',
    ])
    expect(samples.slice(-3)).toEqual([
      'image_pull_duration_seconds_bucket node=n1,image=r/web,le=+Inf 1',
      'image_pull_duration_seconds_sum node=n1,image=r/web 2.5',
      'image_pull_duration_seconds_count node=n1,image=r/web 1',
    ])
  })

  it('B36 shows names that are hostile to the format as what they are', async () => {
    const name = 'a"b\\n\\c\n# EOF\nimage_versions{x="y"} 1'
    const gauges = { ...gaugesDraft('eu-1', { versions: [{ namespace: name, image: name, tags: [name] }] }), number: 1 }
    const metrics = { findMeters: async () => [], findGauges: async () => [gauges], listSyncCounts: async () => [] }

    const families = await start({ metrics }).scrape()

    expect(families.get('image_versions')?.samples.map((one: { labels: object }) => one.labels)).toEqual([
      { cluster: 'eu-1', namespace: name, image: name, tag: name },
    ])
  })

  it('of several clusters has as many versions as there may be, the largest groups first, and counts the rest', async () => {
    const groupOf = (cluster: string, count: number) => {
      const versions = [
        { namespace: 'shop', image: 'r/web', tags: Array.from({ length: count }, (_, tag) => `v${tag}`) },
      ]
      return { ...gaugesDraft(cluster, { versions, dropped: { versions: 5, failures: 0 } }), number: 1 }
    }
    const metrics = {
      findMeters: async () => [],
      findGauges: async () => [groupOf('eu-1', 4_000), groupOf('eu-2', 7_000)],
      listSyncCounts: async () => [],
    }

    const families = await start({ metrics }).scrape()

    const byCluster = Map.groupBy(
      families.get('image_versions')?.samples ?? [],
      (one: { labels: { cluster?: string } }) => one.labels.cluster,
    )
    expect([byCluster.get('eu-2')?.length, byCluster.get('eu-1')?.length]).toEqual([7_000, 3_000])
    expect(families.get('shelflife_series_dropped')?.samples[0]).toMatchObject({
      labels: { metric: 'image_versions' },
      value: 1_010,
    })
  })

  it('of thirty clusters has of each metric as many series as there may be, and counts the rest', async () => {
    const clusters = Array.from({ length: 30 }, (_, at) => `c${at}`)
    const pullsOf = (cluster: string) => {
      const pull = (image: string, succeeded: number) => ({ ...pullOf(image), succeeded })
      const fallen = { pulls: 7, durations: 2 }
      const pulls = Array.from({ length: 400 }, (_, at) => pull(`r/i${at}`, at + 2))
      const durations = pulls.map(({ node, image, succeeded }) => ({
        node,
        image,
        sumSeconds: succeeded,
        buckets: [succeeded],
      }))
      return { ...meterDraft(cluster, { pulls: [...pulls, pull('other', 1)], durations, fallen }), number: 1 }
    }
    const failures = (cluster: string) =>
      Array.from({ length: 400 }, (_, at) => ({ namespace: 'shop', name: `o${at}`, image: cluster, failures: at + 1 }))
    const metrics = {
      findMeters: async () => clusters.map(pullsOf),
      findGauges: async () =>
        clusters.map(cluster => ({ ...gaugesDraft(cluster, { failures: failures(cluster) }), number: 1 })),
      listSyncCounts: async () =>
        Array.from({ length: 12_000 }, (_, at) => ({
          ...{ cluster: `c${at % 30}`, namespace: 'shop', repository: `r/${at}` },
          ...{ succeeded: at, failed: 0, expiresAtSeconds: 0 },
        })),
    }

    const families = await start({ metrics, clusters }).scrape()

    const samples = (family: string) => (families.get(family)?.samples ?? []) as { value: number; labels: object }[]
    const dropped = Object.fromEntries(
      (families.get('shelflife_series_dropped')?.samples ?? []).map(
        (one: { labels: { metric?: string }; value: number }) => [one.labels.metric, one.value],
      ),
    )
    expect(dropped).toEqual({
      image_versions: 0,
      image_sync_total: 2_000,
      image_sync_failures: 2_000,
      image_pull_total: 30 * (401 + 7) - 10_000,
      image_pull_duration_seconds: 10_000 + 30 * 2,
    })
    expect(samples('image_sync')).toHaveLength(10_000)
    expect(Math.min(...samples('image_sync').map(({ value }) => value))).toBe(2_000)
    expect(samples('image_pull')).toHaveLength(10_000)
    expect(samples('image_pull').filter(({ labels }) => Object.values(labels).includes('other'))).toHaveLength(30)
    expect(samples('image_sync_failures')).toHaveLength(10_000)
    expect(samples('image_pull_duration_seconds')).toHaveLength(2_000 * 13)
  })

  it('has a series of each source that was never listed, so that an alert rings of it', async () => {
    const { samples } = await samplesOf('shelflife_inventory_complete', { sources: ['eu-1', 'eu-2', 'lambda'] })

    expect(samples).toEqual([
      'shelflife_inventory_complete  1',
      'shelflife_inventory_complete  0',
      'shelflife_inventory_complete  0',
    ])
  })

  it('of an installation that has measured nothing yet is a whole answer', async () => {
    const nothing = {
      metrics: { findMeters: async () => [], findGauges: async () => [], listSyncCounts: async () => [] },
      store: { findInventories: async () => [], listPolicies: async () => [] },
    }

    expect([...(await start(nothing).scrape()).keys()]).toContain('shelflife_sweeps_paused')
  })

  it('goes on without the queues where these do not answer', async () => {
    const queues = {
      listDepths: async () => {
        throw new UnavailableError('down', { kind: 'server' })
      },
    }

    const families = await start({ queues }).scrape()

    expect(families.has('shelflife_queue_messages')).toBe(false)
    expect(families.has('image_versions')).toBe(true)
  })

  it('is read from the table once a minute, however many ask, and anew after a failure', async () => {
    const { scrape, pass, reads } = start()
    await Promise.all([scrape(), scrape()])
    pass(59)
    await scrape()
    expect(reads()).toBe(1)
    pass(1)
    await scrape()
    expect(reads()).toBe(2)

    let isDown = true
    const metrics = {
      findMeters: async () => {
        if (isDown) throw new StoreUnavailableError('down', { kind: 'server' })
        return []
      },
      findGauges: async () => [],
      listSyncCounts: async () => [],
    }
    const failing = start({ metrics })
    await expect(failing.scrape()).rejects.toThrow(StoreUnavailableError)
    isDown = false
    expect((await failing.scrape()).size).toBeGreaterThan(0)
  })
})

describe('who presents', () => {
  it.each([
    ['nothing', undefined],
    ['another secret', 'Bearer opens-metrics2'],
    ['the beginning of it', 'Bearer opens'],
    ['it by another scheme', 'Basic opens-metrics'],
    ['a blank', 'Bearer  '],
  ])('%s is refused, and nothing is read for them', async (_, authorization) => {
    const { ask, reads } = start()

    expect((await ask(authorization)).statusCode).toBe(401)
    expect(reads()).toBe(0)
  })

  it.each([
    ['missing', secretsOf({})],
    ['blank', secretsOf({ metrics: ' \n' })],
  ])('anything is refused while the secret is %s', async (_, secrets) => {
    const { ask } = start({ secrets })

    expect((await ask('Bearer  ')).statusCode).toBe(401)
    expect((await ask('Bearer undefined')).statusCode).toBe(401)
  })

  it('anything is refused where the settings name no secret', async () => {
    expect((await start({ secretId: undefined }).ask('Bearer opens-metrics')).statusCode).toBe(401)
  })

  it('the secret and asks for something else is told what to ask for', async () => {
    const { ask } = start()

    expect((await ask('Bearer opens-metrics', '/')).statusCode).toBe(404)
    expect((await ask('Bearer opens-metrics', '/metrics', 'POST')).statusCode).toBe(405)
    expect((await ask('bearer opens-metrics', '/metrics/')).statusCode).toBe(200)
  })
})
