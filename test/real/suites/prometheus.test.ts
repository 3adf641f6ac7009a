import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { KubernetesObject } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dashboardRows } from '../../../infra/grafana/dashboard.ts'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { newScene, sweep, synced, track } from '../../scenarios/objects.ts'
import { pushTags, type Scene } from '../../scenarios/world.ts'
import { type Background, freshFolder, removeFolder, startBackground } from '../parts/background.ts'
import { readParts } from '../parts/cache.ts'
import { freePort } from '../parts/free-port.ts'
import { run } from '../parts/run.ts'
import { waitUntil } from '../parts/wait-until.ts'

/** A query as Grafana asks it while all is chosen. */
const chosen = (expr: string): string =>
  expr.replaceAll(/\$(cluster|namespace|registry)/g, '.*').replaceAll('$__rate_interval', '5m')

/** One answer serves a minute: what changed shows after it, and the runs before it. */
const shown = { deadlineMs: 150_000, intervalMs: 1_000 }

describe('Prometheus that scrapes a running installation', () => {
  const folder = freshFolder('prometheus')
  let installation: Installation
  let prometheus: Background
  let url: string
  let scene: Scene

  beforeAll(async () => {
    installation = await startInstallation()
    scene = await newScene(installation.world, 'metrics')
    const { host } = new URL(installation.world.webhookUrl)
    url = `http://127.0.0.1:${await freePort()}`
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [resolve('infra/cluster/monitoring/rules.yaml')],
      scrape_configs: [
        {
          job_name: 'shelflife',
          authorization: { credentials_file: join(installation.dataDir, 'metrics-secret') },
          static_configs: [{ targets: [host] }],
        },
      ],
    }
    writeFileSync(join(folder, 'prometheus.yaml'), JSON.stringify(config))
    prometheus = await startBackground({
      command: readParts().prometheus,
      args: [
        `--config.file=${join(folder, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${new URL(url).host}`,
      ],
      folder,
      isReady: async () => (await fetch(`${url}/-/ready`)).ok,
    })
  })

  afterAll(async () => {
    await prometheus?.stop()
    await installation?.remove()
    removeFolder(folder)
  })

  /** The value of an expression that has one; undefined while it has none. */
  async function queried(query: string): Promise<number | undefined> {
    const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`)
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } }
    return data.result[0] && Number(data.result[0].value[1])
  }

  const alerts = async (name: string) => (await queried(`count(ALERTS{alertname="${name}",alertstate="firing"})`)) ?? 0

  it('59-61 finds it up, and pulls counted once that kubelets told of in several ways', async () => {
    const { namespace, world } = scene
    const eventOf = (name: string, reason: string, message: string, count: number) =>
      world.client.create({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { namespace, name },
        involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name: 'web' },
        source: { component: 'kubelet', host: 'n1' },
        type: 'Normal',
        reason,
        message,
        count,
      } as KubernetesObject)
    await eventOf('web.1', 'Pulled', 'Successfully pulled image "r.example.com/web:v1" in 2s (3s including waiting)', 1)
    await eventOf('web.2', 'Failed', 'Failed to pull image "r.example.com/web:v9": not found', 3)

    const pulls = await waitUntil(() => queried(`sum(image_pull_total{namespace="${namespace}"})`), {
      what: 'pulls to be scraped',
      ...shown,
    })

    expect(pulls).toBe(4)
    expect(await queried(`sum(image_pull_success_total{namespace="${namespace}"})`)).toBe(1)
    expect(await queried('up{job="shelflife"}')).toBe(1)
    expect(await queried('histogram_quantile(0.5, sum by (le) (image_pull_duration_seconds_bucket))')).toBeGreaterThan(
      2.5,
    )
  })

  it('126 130 rings of too many versions, and ends when objects go', async () => {
    const tags = Array.from({ length: 21 }, (_, at) => `v1.0.${at}`)
    await Promise.all(tags.map(tag => track(scene, tag)))

    await waitUntil(async () => (await alerts('TooManyImageVersions')) === 1, { what: 'the alert to ring', ...shown })
    const { namespace, world } = scene
    await world.client.delete({
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'Repository',
      metadata: { namespace, name: 'v1.0.0' },
    })

    await waitUntil(async () => (await alerts('TooManyImageVersions')) === 0, { what: 'the alert to end', ...shown })
    expect(await queried('count(image_versions)')).toBe(20)
  }, 320_000)

  it('51-54 has data for every panel of the dashboard, and reads each query', async () => {
    const panels = dashboardRows.flatMap(row => row.panels)
    const queries = panels.flatMap(({ title, queries: all }) => all.map(({ expr }) => ({ title, expr: chosen(expr) })))
    const own = await newScene(installation.world, 'dashboard')
    await pushTags(own, 'v1.0.0', 'v2.0.0')
    await track(own, 'v1.0.0', 'kept')
    await track(own, 'never-pushed', 'missing')
    await synced(own, 'kept')
    await own.world.client.create({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1' },
      status: { images: [{ names: ['a'], sizeBytes: 5e8 }], allocatable: { 'ephemeral-storage': '10Gi' } },
    } as KubernetesObject)
    await sweep(own, 'nightly', { keepRecent: 1 })

    const shownBy = () => Promise.all(queries.map(async one => ({ ...one, value: await queried(one.expr) })))
    let empty: readonly string[] = []
    await waitUntil(
      async () => {
        empty = (await shownBy()).flatMap(({ title, value }) => (value === undefined ? title : []))
        return empty.length === 0
      },
      { what: 'every panel to have a series', ...shown },
    ).catch(() => undefined)

    expect(empty).toEqual([])
    const rules = queries.map(({ expr }, at) => ({ record: `panel:${at}`, expr }))
    writeFileSync(join(folder, 'panels.yaml'), JSON.stringify({ groups: [{ name: 'panels', rules }] }))
    const { exitCode, stderr } = await run(readParts().promtool, ['check', 'rules', join(folder, 'panels.yaml')])
    expect([exitCode, stderr]).toEqual([0, ''])
  }, 320_000)
})
