import { cloudWatchMetrics } from '../../../functions/runtime/emf.ts'
import { assumptions } from './assumptions.ts'
import type { Estate, Month } from './month.ts'
import priceList from './prices.json' with { type: 'json' }
import { gbSecondsOf, type Usage } from './tally.ts'

type Priced = keyof typeof priceList.prices

/** How much of it, and where it comes from, by name. */
interface Amount {
  readonly item: Priced
  readonly what?: string
  readonly parts: ReadonlyMap<string, number>
}

/** What the stacks create whether anything happens or not, as counted in their templates. */
export interface Standing {
  readonly alarms: number
  readonly dashboards: number
  readonly queues: number
  readonly minutelySchedules: number
}

const gb = 1e9

/** The lines of a bill, the dearest first, then its sum. */
export function billOf(estate: Estate, month: Month, standing: Standing): { lines: string[]; dollars: number } {
  const priced = [...amountsOfUse(month), ...amountsKept(month), ...amountsStanding(estate, standing)]
    .map(amount => ({ ...amount, count: total(amount), dollars: total(amount) * priceOf(amount.item) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.dollars - a.dollars)
  const dollars = priced.reduce((all, one) => all + one.dollars, 0)
  const lines = priced.map(one => `${estate.name}: ${lineOf(one)}`)
  const [first, second] = priced
  const mostly = [first, second].map(one => `${nameOf(one)} ${share(one?.dollars ?? 0, dollars)}`).join(', ')
  return { lines: [...lines, `${estate.name}: ${money(dollars)} a month; most of it: ${mostly}`], dollars }
}

const total = ({ parts }: Amount): number => [...parts.values()].reduce((all, count) => all + count, 0)
const priceOf = (item: Priced): number => priceList.prices[item].dollars / priceList.prices[item].per
const nameOf = (one: Amount | undefined): string => (one ? (one.what ?? priceList.prices[one.item].unit) : 'nothing')
const share = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`
export const money = (dollars: number): string =>
  `$${dollars < 10 ? dollars.toFixed(2) : Math.round(dollars).toLocaleString('en-US')}`

function lineOf(one: Amount & { readonly count: number; readonly dollars: number }): string {
  const { dollars, per } = priceList.prices[one.item]
  const each = per === 1 ? `$${dollars}` : `$${dollars} per ${per.toLocaleString('en-US')}`
  const largest = [...one.parts].toSorted(([, a], [, b]) => b - a).filter(([, count]) => count > one.count / 50)
  const from = largest.map(([name, count]) => `${name} ${share(count, one.count)}`).join(', ')
  const count = one.count < 100 ? one.count.toFixed(2) : Math.round(one.count).toLocaleString('en-US')
  return `${count} ${nameOf(one)} x ${each} = ${money(one.dollars)}${one.parts.size > 1 ? ` (${from})` : ''}`
}

/** Counts of the parts that have the name of a price. */
const countedItems = [
  'table.readUnits',
  'table.writeUnits',
  'sqs.requests',
  'bus.events',
  'secrets.calls',
  'kms.requests',
  'archive.puts',
  'archive.gets',
] as const

function amountsOfUse({ used }: Month): Amount[] {
  const by = (item: Priced, of: (usage: Usage) => number): Amount => ({
    item,
    parts: new Map([...used].map(([kind, usage]) => [kind, of(usage)] as const).filter(([, count]) => count > 0)),
  })
  const count =
    (name: string, unit = 1) =>
    (usage: Usage) =>
      (usage.counts[name] ?? 0) / unit
  return [
    ...countedItems.map(item => by(item, count(item))),
    by('lambda.requests', ({ invocations }) => invocations),
    callsOf(used),
    by('lambda.gbSeconds', gbSecondsOf),
    by('logs.gb', count('log.bytes', gb)),
    by('transfer.gb', usage => count('sent.bytes', gb)(usage) * assumptions.outside.value),
  ]
}

/** Every call of a registry comes by the HTTP API, as the shipped configuration has it; scrapes, a thousandth of them, are not played. */
const callsOf = (used: Month['used']): Amount => ({
  item: 'api.requests',
  parts: new Map([['webhook', used.get('webhook')?.invocations ?? 0]]),
})

const one = (item: Priced, name: string, count: number, what?: string): Amount => ({
  item,
  parts: new Map([[name, count]]),
  ...(what !== undefined && { what }),
})

function amountsKept({ used, tableBytes, archivedBytes }: Month): Amount[] {
  const logged = [...used.values()].reduce((all, { counts }) => all + (counts['log.bytes'] ?? 0), 0)
  return [
    one('table.gbMonths', 'all', tableBytes / gb),
    one('table.backupGbMonths', 'all', tableBytes / gb),
    one('logs.gbMonths', 'all', (logged * assumptions.logMonths.value) / gb),
    one('archive.gbMonths', 'all', (archivedBytes * assumptions.archiveMonths.value) / gb),
  ]
}

const secondsOfPoll = 20

function amountsStanding({ clusters }: Estate, standing: Standing): Amount[] {
  const { alarms, dashboards, queues, minutelySchedules } = standing
  const seconds = assumptions.hoursAMonth.value * 3600
  const polls = (queues * assumptions.pollers.value * seconds) / secondsOfPoll
  return [
    one('alarms', 'all', alarms),
    one('dashboards', 'all', dashboards),
    one('metrics', 'all', cloudWatchMetrics.length),
    one('scheduler.invocations', 'all', (minutelySchedules * seconds) / 60),
    one('sqs.requests', 'all', polls, 'requests of pollers at empty queues'),
    one(
      'secrets',
      'all',
      clusters + ownSecrets,
      'secrets of the settings: kubeconfigs, a registry, a webhook, metrics',
    ),
    one('kms.keys', 'all', 1, 'keys that seal the copies of credentials of RegistrySecrets'),
  ]
}

/** Of the registry to delete with, of its webhook, and of what scrapes. */
const ownSecrets = 3
