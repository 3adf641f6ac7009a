import { automaticIntervalMs, type IntervalFacts } from '../../../shared/reconcile/sync-interval.ts'
import { watchMs, wholeWatchMs } from '../../../shared/sweep/plan/watch-marks.ts'
import { functions, queues, schedules } from '../../../shared/wiring.ts'
import { assumptions } from './assumptions.ts'
import type { Executions } from './executions.ts'
import type { Kind } from './play.ts'
import type { BusyRates, Rates } from './rates.ts'
import { atSize, gbSecondsOf, nothing, sum, times, type Usage } from './tally.ts'

/** An installation whose month is worked out. */
export interface Estate {
  readonly name: string
  readonly clusters: number
  /** Of all clusters together, each with a RegistrySecret and a policy. */
  readonly namespaces: number
  readonly repositories: number
  readonly tagsEach: number
  readonly pushesADay: number
}

export interface Month {
  readonly used: ReadonlyMap<Kind, Usage>
  /** What is kept at the end of it, in bytes of the table and its indexes. */
  readonly tableBytes: number
  readonly archivedBytes: number
  /** What the functions cannot do as they are, in words. */
  readonly limits: readonly string[]
}

const minutes = assumptions.hoursAMonth.value * 60
const days = assumptions.hoursAMonth.value / 24
const perGb = (name: keyof typeof functions): number => functions[name].memoryMb / 1024

const less = (a: Usage, b: Usage): Usage => sum(a, times(b, -1))
const often = (everyMinutes: number): number => minutes / everyMinutes

/** What an estate uses in a month, on the lines through two worlds that were measured. */
export function monthOf(
  estate: Estate,
  [small, large]: readonly [Rates, Rates],
  executions?: readonly [Executions, Executions],
): Month {
  const { repositories } = estate
  const line = (of: (rates: Rates) => Usage): Usage =>
    atSize(repositories, [small.repositories, of(small)], [large.repositories, of(large)])
  const limits: string[] = []
  const used = new Map<Kind, Usage>([
    ['reconcile by schedule', reconcileOf(estate, line, small, limits)],
    ['full sync', sum(times(large.fullSync, syncs(estate)), times(large.putAway, nightsOf(estate)))],
    ['inventory', inventoryOf(estate, line, large)],
    ['reconcile by event', nothing],
    ['sweep-plan', times(planTickOf(estate, large), minutes)],
    ['audit-export', times(large.auditTick, minutes)],
  ])
  if (large.busy) addBusy(used, estate, line, large.busy, large)
  if (executions) {
    used.set('sweep-execute', executionsOf(estate, executions, limits))
    const ofEach = sum(executions[1].published, large.busy?.marksPublished ?? nothing)
    used.set('audit-export', sum(used.get('audit-export') ?? nothing, times(ofEach, repositories * days)))
  }
  for (const [kind, counts] of keysOf(estate)) {
    const usage = used.get(kind) ?? nothing
    used.set(kind, { ...usage, counts: { ...usage.counts, ...counts } })
  }
  const pushes = estate.pushesADay * days
  // All of its days are full.
  const history = [...used.values()].reduce((all, { counts }) => all + (counts['table.historyByteDays'] ?? 0), 0)
  const tagBytes = large.bytesATag * repositories * estate.tagsEach
  return {
    used,
    tableBytes: tagBytes + history / days,
    archivedBytes: pushes === 0 ? 0 : (used.get('sweep-execute')?.counts['archive.bytes'] ?? 0),
    limits,
  }
}

/** What is read once in a while by each process, which minutes that are played do not tell. */
function keysOf({ clusters, namespaces, pushesADay }: Estate): [Kind, Record<string, number>][] {
  const { warmProcesses, hintProcesses, kubeconfigMinutes, processHours, hoursAMonth, secretsANamespace } = assumptions
  const kubeconfigs = clusters * often(kubeconfigMinutes.value)
  const copies = namespaces * secretsANamespace.value * (hoursAMonth.value / processHours.value)
  const standing: [Kind, Record<string, number>][] = [
    ['reconcile by schedule', { 'secrets.calls': kubeconfigs, 'kms.requests': copies }],
    ['inventory', { 'secrets.calls': kubeconfigs }],
    ['sweep-plan', { 'secrets.calls': kubeconfigs }],
    ['full sync', { 'kms.requests': copies }],
  ]
  if (pushesADay === 0) return standing
  return [
    ...standing,
    ['reconcile by event', { 'secrets.calls': kubeconfigs * warmProcesses.value }],
    ['sync by hint', { 'kms.requests': copies * hintProcesses.value }],
  ]
}

/** Of each repository one with every interval, which the product chooses. */
function syncs({ repositories, tagsEach }: Estate): number {
  const often = (isTold: boolean) => hourMs / meanIntervalMs({ tagCount: tagsEach, isTold })
  const { told, hoursAMonth } = assumptions
  return repositories * hoursAMonth.value * (told.value * often(true) + (1 - told.value) * often(false))
}

/** Of each repository those in which something is deleted. */
const nightsOf = ({ repositories, pushesADay }: Estate): number => (pushesADay === 0 ? 0 : repositories * days)

const hourMs = 3_600_000

/** Intervals are spread by the repository and by when its sync ended. */
function meanIntervalMs(facts: IntervalFacts): number {
  const places = Array.from({ length: 1000 }, (_, place) => place)
  const intervals = places.map(place => automaticIntervalMs(`app-${place}`, facts, new Date(place * 1000)))
  return intervals.reduce((all, one) => all + one, 0) / places.length
}

function reconcileOf(estate: Estate, line: Line, small: Rates, limits: string[]): Usage {
  const tick = line(rates => rates.tick)
  const verified = times(less(small.verifyTick, small.tick), estate.namespaces / small.namespaces)
  const due = less(
    line(rates => rates.dueTick),
    line(rates => rates.verifyTick),
  )
  const synced = less(
    line(rates => rates.syncedTick),
    line(rates => rates.tick),
  )
  // The times of a sync are written with the turn of its repository.
  const told = less(
    line(rates => rates.toldTick),
    line(rates => rates.turnTick),
  )
  const others = estate.pushesADay > 0 ? assumptions.warmProcesses.value - 1 : 0
  const begun = assumptions.hoursAMonth.value / assumptions.processHours.value
  const begin = (of: (rates: Rates) => Usage) => less(line(of), tick)
  const all = sum(
    times(tick, minutes),
    times(
      begin(rates => rates.firstTick),
      begun,
    ),
    times(
      begin(rates => rates.followingTick),
      others * begun,
    ),
    times(
      line(rates => rates.toldElsewhere),
      (others * syncs(estate)) / estate.repositories,
    ),
    times(verified, often(verifyMinutes)),
    times(sum(due, synced, told), syncs(estate) / estate.repositories),
  )
  const most = functions.reconcile.timeoutSeconds * perGb('reconcile') * minutes
  const gbSeconds = gbSecondsOf(all)
  const seconds = gbSeconds / minutes / perGb('reconcile')
  if (gbSeconds > most)
    limits.push(
      `reconcile would run ${seconds.toFixed(0)} s of each minute, and is ended after ${functions.reconcile.timeoutSeconds} s: counted so`,
    )
  const share = Math.min(1, most / gbSeconds)
  const { waited = 0, computed = 0 } = all.counts
  return { invocations: minutes, counts: { ...all.counts, waited: waited * share, computed: computed * share } }
}

type Line = (of: (rates: Rates) => Usage) => Usage
/** The default of `verifyInterval`. */
const verifyMinutes = 10

function inventoryOf({ repositories }: Estate, line: Line, large: Rates): Usage {
  const { replaced } = large
  const inventories = times(
    line(rates => rates.inventory),
    often(schedules.inventory?.everyMinutes ?? 5),
  )
  const aPod = times(less(replaced.inventory, large.inventory), 1 / replaced.pods)
  return { ...sum(inventories, times(aPod, podsAMonth(repositories))), invocations: inventories.invocations }
}

/** Pods that take the place of others. */
const podsAMonth = (repositories: number): number =>
  (repositories * assumptions.podsARepository.value * assumptions.hoursAMonth.value) / assumptions.podLifeHours.value

/** A minute in which nothing is due, by the policies. */
function planTickOf({ namespaces }: Estate, { planTick, planTickOfAll, namespaces: measured }: Rates): Usage {
  const each = times(less(planTickOfAll, planTick), 1 / (measured - 1))
  return { ...sum(planTick, times(each, namespaces - 1)), invocations: 1 }
}

function addBusy(used: Map<Kind, Usage>, estate: Estate, line: Line, busy: BusyRates, large: Rates): void {
  const pushes = estate.pushesADay * days
  for (const [kind, usage] of busy.push) used.set(kind, sum(used.get(kind) ?? nothing, times(usage, pushes)))
  const told = (large.replaced.told / large.replaced.pods) * podsAMonth(estate.repositories)
  const event = busy.push.get('reconcile by event') ?? nothing
  used.set('reconcile by event', times(event, pushes + told))
  const bySchedule = used.get('reconcile by schedule') ?? nothing
  used.set('reconcile by schedule', sum(bySchedule, times(busy.takenIn, pushes + told)))
  const of = (pick: (rates: BusyRates) => Usage) => line(rates => (rates.busy ? pick(rates.busy) : nothing))
  const looks = looksOf(assumptions.graceHours.value * hourMs)
  const night = sum(
    of(rates => rates.markTick),
    times(
      of(rates => rates.watchTick),
      looks.light,
    ),
    times(
      of(rates => rates.wholeTick),
      looks.whole,
    ),
    times(
      of(rates => rates.ripeTick),
      2,
    ),
  )
  used.set('sweep-plan', sum(used.get('sweep-plan') ?? nothing, times({ ...night, invocations: 0 }, days)))
}

/** How often the marks of one night are looked at before they are ripe. */
function looksOf(graceMs: number): { readonly light: number; readonly whole: number } {
  const whole = Math.ceil(graceMs / wholeWatchMs(graceMs)) - 1
  return { whole, light: Math.ceil(graceMs / watchMs) - 1 - whole }
}

/** Of every repository one in a night. */
function executionsOf(estate: Estate, executions: readonly [Executions, Executions], limits: string[]): Usage {
  const { execution, text } = executionOf(estate, executions)
  limits.push(text)
  return times(execution, estate.repositories * days)
}

/** What one uses beside all that an estate has, and how long a night of all its repositories takes. */
export function executionOf(
  { repositories }: Estate,
  [small, large]: readonly [Executions, Executions],
): { readonly execution: Usage; readonly text: string } {
  const execution = atSize(repositories, [small.repositories, small.execution], [large.repositories, large.execution])
  const seconds = gbSecondsOf(execution) / perGb('sweep-execute')
  const hours = (seconds * repositories) / queues.sweep.maxConcurrency / 3600
  const text = `sweep-execute takes ${seconds.toFixed(1)} s for a repository with ${large.deletions.toFixed(0)} deletions: ${hours.toFixed(1)} hours for a night of all repositories, ${queues.sweep.maxConcurrency} at once`
  return { execution, text }
}
