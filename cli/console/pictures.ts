import { dayMs } from '../../shared/domain/duration.ts'
import { dayOf } from '../../shared/domain/instant.ts'
import type { PullSeries } from '../../shared/domain/records/metrics.ts'
import { heldBy, heldByDay } from '../connect/held-days.ts'
import { listRuns, type ShownRun } from '../runs/list-runs.ts'
import type { BytesPicture, Calendar, PullCount, PullsPicture } from './api.ts'
import type { ConsoleDeps } from './console-deps.ts'
import { knownPolicies, knownRepositories } from './known.ts'
import { type PageAsked, pageOf } from './paging.ts'
import { nextRunOf } from './policies.ts'

const shownDays = 30
const shownRepositories = 100

/** Freed by day, as the runs that policies remember tell, and what registries hold, by day and now. */
export async function readBytesPicture({ installation, now: clock }: ConsoleDeps): Promise<BytesPicture> {
  const now = clock()
  const days = Array.from({ length: shownDays }, (_, at) =>
    dayOf(new Date(now.getTime() - (shownDays - 1 - at) * dayMs)),
  )
  const since = new Date(`${days[0]}T00:00:00Z`)
  const clusters = installation.settings.clusters.map(({ name }) => name)
  const [{ runs, forgotten }, gauges, heldDays] = await Promise.all([
    listRuns({ since }, installation),
    installation.metrics.findGauges(clusters),
    installation.metrics.listHeldDays(clusters),
  ])
  const byDay = Map.groupBy(
    runs.filter(({ dryRun }) => !dryRun),
    run => run.startedAt.slice(0, 10),
  )
  return {
    days: days.map(day => ({ day, freedBytes: freedBy(byDay.get(day) ?? []) })),
    held: heldBy(gauges.map(({ stored }) => stored)),
    heldDays: heldByDay(heldDays, days),
    forgotten,
  }
}

const freedBy = (runs: readonly ShownRun[]): number => runs.reduce((sum, { freedBytes }) => sum + freedBytes, 0)

/** Of each cluster and image, over its nodes and namespaces. */
export async function readPullsPicture(asked: PageAsked, { installation }: ConsoleDeps): Promise<PullsPicture> {
  const meters = await installation.metrics.findMeters(installation.settings.clusters.map(({ name }) => name))
  const counts = meters.flatMap(({ cluster, pulls }) =>
    [...Map.groupBy(pulls, ({ image }) => image)].map(
      ([image, series]): PullCount => ({ cluster, image, ...sumOf(series) }),
    ),
  )
  const ordered = counts.sort(
    (a, b) =>
      b.failed + b.backedOff - (a.failed + a.backedOff) ||
      b.succeeded - a.succeeded ||
      (nameOf(a) < nameOf(b) ? -1 : 1),
  )
  const { from: _, ...shown } = pageOf(ordered, nameOf, asked)
  const problems = meters.flatMap(({ cluster, problems: all }) => all.map(problem => `cluster ${cluster}: ${problem}`))
  return { ...shown, ...sumOf(counts), problems }
}

const nameOf = ({ cluster, image }: PullCount): string => `${cluster} ${image}`

const sumOf = (counts: readonly Pick<PullSeries, 'succeeded' | 'failed' | 'backedOff'>[]) => ({
  succeeded: counts.reduce((sum, one) => sum + one.succeeded, 0),
  failed: counts.reduce((sum, one) => sum + one.failed, 0),
  backedOff: counts.reduce((sum, one) => sum + one.backedOff, 0),
})

/** What is marked, by the day on which the first of a repository goes, and the runs that come next. */
export async function readCalendar(deps: ConsoleDeps): Promise<Calendar> {
  const [listed, { policies, unread }, isStopped] = await Promise.all([
    knownRepositories(deps),
    knownPolicies(deps),
    deps.installation.killSwitch.isPaused(),
  ])
  const going = Map.groupBy(
    listed.repositories.flatMap(({ repository, marked, firstDeletionAt: after }) =>
      marked > 0 && after !== undefined ? [{ repository, marked, after }] : [],
    ),
    ({ after }) => after.slice(0, 10),
  )
  const runs = Map.groupBy(
    policies.flatMap(({ id, found }) => {
      const at = nextRunOf(found, isStopped, deps.now())
      return at === undefined ? [] : [{ policy: id, at }]
    }),
    ({ at }) => at.slice(0, 10),
  )
  return {
    days: [...new Set([...going.keys(), ...runs.keys()])].sort().map(day => ({
      day,
      repositories: (going.get(day) ?? []).sort((a, b) => b.marked - a.marked).slice(0, shownRepositories),
      marked: (going.get(day) ?? []).reduce((sum, { marked }) => sum + marked, 0),
      runs: runs.get(day) ?? [],
    })),
    // Where one kind of object can be read and the other not, each of them says so.
    unread: [...new Map([...listed.unread, ...unread].map(one => [one.cluster, one])).values()],
  }
}
