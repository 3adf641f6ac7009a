import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse, stringify } from 'yaml'
import { readParts } from '../parts/cache.ts'
import { run } from '../parts/run.ts'
import { type AlertCase, alertCases, versionsOf } from './alert-cases.ts'

const rules = resolve('infra/cluster/monitoring/rules.yaml')

interface Rule {
  readonly alert?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

const alerts = (parse(readFileSync(rules, 'utf8')).groups as { rules: Rule[] }[])
  .flatMap(group => group.rules)
  .filter(rule => rule.alert !== undefined)

interface Input {
  readonly series: string
  readonly values: string
}

interface Moment {
  readonly minute: number
  /** How many alerts of the name ring then. */
  readonly firing: number
}

/** What people read at a minute. */
interface Told {
  readonly minute: number
  readonly labels: Readonly<Record<string, string>>
  readonly description: string
}

/** Has promtool play the series, a value a minute, and says what it says where an alert rings otherwise. */
async function play(alert: string, inputs: readonly Input[], moments: readonly Moment[], told?: Told): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-alerts-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const firing = `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`
  const test = {
    rule_files: [rules],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: inputs,
        promql_expr_test: moments.map(({ minute, firing: value }) => ({
          expr: firing,
          eval_time: `${minute}m`,
          exp_samples: [{ labels: '{}', value }],
        })),
        ...(told && { alert_rule_test: [toldOf(alert, told)] }),
      },
    ],
  }
  writeFileSync(join(folder, 'test.yaml'), stringify(test))
  const { exitCode, stdout, stderr } = await run(readParts().promtool, ['test', 'rules', join(folder, 'test.yaml')])
  return exitCode === 0 ? '' : `${stdout}${stderr}`
}

function toldOf(alert: string, { minute, labels, description }: Told) {
  const rule = alerts.find(one => one.alert === alert)
  const exp_annotations = { ...rule?.annotations, description }
  const exp_alerts = [{ exp_labels: { ...labels, ...rule?.labels }, exp_annotations }]
  return { eval_time: `${minute}m`, alertname: alert, exp_alerts }
}

/** The labels of a series as promtool spells it. */
const labelsOf = (series: string): Record<string, string> =>
  Object.fromEntries([...series.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]))

/** Good for half an hour, bad until the alert rings and half an hour longer, and good again. */
function courseOf({ series, good, bad, forMinutes, beside = {} }: AlertCase) {
  const badMinutes = forMinutes + 30
  const repeated = (value: string, times: number) => (value === '_' ? `_x${times}` : `${value}+0x${times - 1}`)
  const values = [repeated(good, 30), repeated(bad, badMinutes), repeated(good, 30)].join(' ')
  const others = Object.entries(beside).map(([name, value]) => ({
    series: name,
    values: repeated(value, badMinutes + 60),
  }))
  return { inputs: [{ series, values }, ...others], badMinutes }
}

describe('the rules', () => {
  it('56-58, 122-127 are rules that Prometheus reads', async () => {
    const { exitCode, stdout, stderr } = await run(readParts().promtool, ['check', 'rules', rules])

    expect(`${stdout}${stderr}`).toContain('rules found')
    expect(exitCode).toBe(0)
  })

  it('are each played here', () => {
    const played = new Set([
      ...alertCases.map(one => one.alert),
      ...['TooManyImageVersions', 'TooManyVersionsOfImage', 'ImagePullFailing', 'ImagePullSlow'],
    ])

    expect(alerts.map(({ alert = '' }) => alert).filter(alert => !played.has(alert))).toEqual([])
  })
})

describe.each(alertCases)('$alert, by $series', one => {
  it('rings once it is wrong for as long as the rule says, not before, and ends', async () => {
    const { inputs, badMinutes } = courseOf(one)
    // What is missing counts as there for five minutes more.
    const lateMinutes = one.bad === '_' ? 5 : 0

    const rings = 30 + one.forMinutes + lateMinutes
    const { description } = one

    const said = await play(
      one.alert,
      inputs,
      [
        { minute: 29, firing: 0 },
        { minute: 30 + one.forMinutes - 1, firing: 0 },
        { minute: rings, firing: 1 },
        { minute: 30 + badMinutes - 1, firing: 1 },
        { minute: 30 + badMinutes + 1, firing: 0 },
      ],
      description === undefined ? undefined : { minute: rings, labels: labelsOf(one.series), description },
    )

    expect(said).toBe('')
  })
})

const labels = 'cluster="eu-1",namespace="shop",node="n1",image="r.example.com/web"'

describe('alerts on counts', () => {
  it.each([
    ['TooManyImageVersions', 0],
    ['TooManyVersionsOfImage', 60],
  ])('126 %s rings above 20 versions, and ends', async (alert, forMinutes) => {
    const few = versionsOf(20).map(series => ({ series, values: `1+0x${forMinutes + 90}` }))
    const one = `1+0x${forMinutes + 30} _x60`
    const more = { series: versionsOf(21).at(-1) ?? '', values: `_x30 ${one}` }

    const said = await play(
      alert,
      [...few, more],
      [
        { minute: 29, firing: 0 },
        { minute: 30 + forMinutes, firing: 1 },
        { minute: 30 + forMinutes + 50, firing: 0 },
      ],
    )

    expect(said).toBe('')
  })

  it('ImagePullFailing rings where pulls fail that did not, and not for pulls that succeed', async () => {
    const said = await play(
      'ImagePullFailing',
      [
        { series: `image_pull_total{${labels}}`, values: '0+1x60 61+1x30 91+1x60' },
        { series: `image_pull_success_total{${labels}}`, values: '0+1x60 60+0x30 60+1x60' },
      ],
      [
        { minute: 59, firing: 0 },
        { minute: 85, firing: 1 },
        { minute: 120, firing: 0 },
      ],
    )

    expect(said).toBe('')
  })

  it('ImagePullSlow rings where more than one pull in ten takes longer than two minutes', async () => {
    const bucket = (le: string) =>
      `image_pull_duration_seconds_bucket{cluster="eu-1",node="n1",image="r/web",le="${le}"}`
    const said = await play(
      'ImagePullSlow',
      [
        { series: bucket('1.0'), values: '0+10x60 600+0x60 600+10x90' },
        { series: bucket('120.0'), values: '0+10x60 600+0x60 600+10x90' },
        { series: bucket('300.0'), values: '0+10x60 610+10x60 1220+10x90' },
        { series: bucket('+Inf'), values: '0+10x60 610+10x60 1220+10x90' },
      ],
      [
        { minute: 59, firing: 0 },
        { minute: 118, firing: 1 },
        { minute: 200, firing: 0 },
      ],
    )

    expect(said).toBe('')
  })
})
