import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { dashboardJson, dashboardRows } from '../../infra/grafana/dashboard.ts'
import { prometheusRule } from '../../infra/prometheus-rule.ts'
import type { MetricsFacts } from '../../shared/metrics/facts.ts'
import { imageFamilies } from '../../shared/metrics/image-families.ts'
import { ownFamilies } from '../../shared/metrics/own-families.ts'
import { gaugesDraft, meterDraft } from '../contract/metrics-store.ts'
import { policyThatRan } from '../support/policy-that-ran.ts'
import { at } from '../support/records.ts'

interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

const text = readFileSync('infra/cluster/monitoring/rules.yaml', 'utf8')
const groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] = parse(text).groups
const rules = groups.flatMap(group => group.rules)
const alerts = rules.filter(rule => rule.alert !== undefined)

const names = { cluster: 'eu-1', namespace: 'shop' }
const facts: MetricsFacts = {
  now: at(0),
  meters: [{ ...meterDraft('eu-1'), number: 1 }],
  gauges: [{ ...gaugesDraft('eu-1'), number: 1 }],
  syncCounts: [{ ...names, repository: 'r/web', succeeded: 1, failed: 0, expiresAtSeconds: 0 }],
  inventories: [
    { cluster: 'eu-1', startedAt: at(0), finishedAt: at(1), complete: true, workloads: 3, message: '', number: 1 },
  ],
  unlisted: ['eu-2'],
  policies: [policyThatRan],
  isPaused: false,
  depths: [{ queue: 'sync', waiting: 1, underWay: 0, ageSeconds: 5 }],
}
const families = [...imageFamilies(facts), ...ownFamilies(facts)]

describe('the rules', () => {
  it('56-58 have the two records of the group that people know, word for word', () => {
    const [lifecycle] = groups

    expect(lifecycle).toEqual({
      name: 'image.lifecycle',
      rules: [
        {
          record: 'image:pull:success_rate',
          expr: 'sum(rate(image_pull_success_total[5m])) /\nsum(rate(image_pull_total[5m]))\n',
        },
        { record: 'image:storage:usage_bytes', expr: 'sum(image_storage_bytes)\n' },
      ],
    })
  })

  it.each<Rule>([
    {
      alert: 'ImageSyncFailure',
      expr: 'image_sync_failures > 3',
      for: '15m',
      annotations: { summary: '镜像同步连续失败', description: '镜像 {{ $labels.image }} 同步失败 {{ $value }} 次' },
    },
    {
      alert: 'ImageStorageHigh',
      expr: 'image_storage_usage_percent > 80',
      for: '5m',
      annotations: { summary: '镜像存储空间不足', description: '存储使用率 {{ $value }}%，请及时清理' },
    },
    {
      alert: 'TooManyImageVersions',
      expr: 'count(image_versions) > 20',
      annotations: { summary: '镜像版本过多', description: '存在 {{ $value }} 个镜像版本，建议清理' },
    },
  ])('122-127 have the alert $alert word for word, with a severity beside it', wanted => {
    const { labels, ...found } = alerts.find(rule => rule.alert === wanted.alert) ?? { expr: '' }

    expect(found).toEqual(wanted)
    expect(labels?.severity).toBeDefined()
  })

  it('each alert says what happened, and how bad it is', () => {
    expect(alerts.length).toBeGreaterThan(10)
    expect(new Set(alerts.map(rule => rule.alert)).size).toBe(alerts.length)
    for (const { labels, annotations } of alerts) {
      expect(labels?.severity).toMatch(/^(info|warning|critical)$/)
      expect(Object.keys(annotations ?? {})).toEqual(['summary', 'description'])
    }
  })

  it('ask for metrics that there are, by labels that these have', () => {
    const known = new Set(
      families.flatMap(({ name, type }) => (type === 'histogram' ? [name, `${name}_bucket`] : name)),
    )
    const asked = rules.flatMap(({ expr }) => expr.match(/\b(image|shelflife)_[a-z_]+/g) ?? [])
    const groupings = rules
      .flatMap(({ expr }) => expr.match(/(?<=by \()[^)]*/g) ?? [])
      .flatMap(list => list.split(', '))
    const labels = new Set(families.flatMap(({ samples }) => samples.flatMap(one => Object.keys(one.labels))))

    expect(asked.length).toBeGreaterThan(12)
    expect(asked.filter(name => !known.has(name))).toEqual([])
    expect(groupings.filter(label => label !== 'le' && !labels.has(label))).toEqual([])
  })

  it('are the same for the operator, as npm run rules writes them', () => {
    const object = readFileSync('infra/cluster/monitoring/prometheus-rule.yaml', 'utf8')

    expect(object).toBe(prometheusRule(text))
    expect(parse(object)).toMatchObject({ kind: 'PrometheusRule', metadata: { name: 'image-usage-metrics' } })
    expect(parse(object).spec.groups).toEqual(groups)
  })

  it('are each named in the page on metrics', () => {
    const page = readFileSync('docs/metrics.md', 'utf8')

    expect(families.map(({ name }) => name).filter(name => !page.includes(`\`${name}\``))).toEqual([])
    expect(alerts.map(({ alert = '' }) => alert).filter(alert => !page.includes(`\`${alert}\``))).toEqual([])
  })
})

const dashboardFolder = 'infra/cluster/monitoring/grafana'

describe('the dashboard', () => {
  const panels = dashboardRows.flatMap(row => row.panels)
  const queries = panels.flatMap(panel => panel.queries.map(({ expr }) => expr))

  it('is as npm run rules writes it', () => {
    expect(readFileSync(`${dashboardFolder}/image-lifecycle.json`, 'utf8')).toBe(dashboardJson())
  })

  it('lies in a ConfigMap that the sidecar of Grafana looks for, and that kubectl may apply', () => {
    const { configMapGenerator } = parse(readFileSync(`${dashboardFolder}/kustomization.yaml`, 'utf8'))
    const { resources } = parse(readFileSync('infra/cluster/monitoring/kustomization.yaml', 'utf8'))

    expect(configMapGenerator).toEqual([
      {
        name: 'shelflife-dashboard',
        files: ['image-lifecycle.json'],
        options: { disableNameSuffixHash: true, labels: { grafana_dashboard: '1' } },
      },
    ])
    expect(resources).toContain('grafana')
    // kubectl apply keeps all of it in an annotation, which holds no more.
    expect(JSON.stringify(dashboardJson()).length).toBeLessThan(262_144)
  })

  it('has numbers of its own for each panel, and names what a panel without a series waits for', () => {
    const shown: { id: number; type: string; title: string; description?: string }[] = JSON.parse(
      dashboardJson(),
    ).panels

    expect(new Set(shown.map(({ id }) => id)).size).toBe(panels.length + dashboardRows.length)
    for (const { title, emptyUntil } of panels.filter(panel => panel.emptyUntil))
      expect(shown.find(panel => panel.title === title)?.description).toContain(`Empty until ${emptyUntil}.`)
  })

  it('51-54 asks for metrics that there are, by labels that each of these has', () => {
    const samples = new Map(
      families.flatMap(({ name, type, samples: all }) => {
        const labels = new Set(all.flatMap(one => Object.keys(one.labels)))
        return type === 'histogram' ? [[`${name}_bucket`, labels.add('le')] as const] : [[name, labels] as const]
      }),
    )
    const asked = queries.flatMap(query =>
      [...query.matchAll(/\b((?:image|shelflife)_[a-z_]+)(?:\{([^}]*)\})?/g)].map(([, name = '', matchers = '']) => ({
        name,
        labels: [...matchers.matchAll(/(\w+)=/g)].map(([, label = '']) => label),
      })),
    )

    expect(asked.length).toBeGreaterThan(25)
    expect(asked.filter(({ name }) => !samples.has(name))).toEqual([])
    expect(asked.filter(({ name, labels }) => labels.some(label => !samples.get(name)?.has(label)))).toEqual([])
  })

  it('shows every metric that there is but those that are for alerts alone', () => {
    const shown = queries.join(' ')
    const forAlerts = [
      ...['shelflife_inventory_complete', 'shelflife_repositories', 'shelflife_image_pull_backoffs_total'],
      ...['shelflife_node_disk_pressure', 'shelflife_meter_problems'],
    ]

    const unseen = families.map(({ name }) => name).filter(name => !shown.includes(name))
    expect(unseen.sort()).toEqual(forAlerts.sort())
  })
})

it('the kustomization installs every definition, the rights, the admission and the rules', () => {
  const { resources } = parse(readFileSync('infra/cluster/kustomization.yaml', 'utf8'))

  expect(resources).toEqual([
    'crds/imagecleanuppolicies.yaml',
    'crds/registrysecrets.yaml',
    'crds/repositories.yaml',
    'rbac.yaml',
    'admission.yaml',
    'monitoring',
  ])
})
