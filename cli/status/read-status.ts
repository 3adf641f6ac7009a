import pMap from 'p-map'
import { dayMs } from '../../shared/domain/duration.ts'
import { dayOf, secondsOf } from '../../shared/domain/instant.ts'
import { findScheduleProblem, nextRunAfter } from '../../shared/domain/schedule.ts'
import { ShelflifeError } from '../../shared/errors.ts'
import { findCondition } from '../../shared/objects/conditions.ts'
import { isPaused, type Policy, pauseAnnotation } from '../../shared/objects/policy-object.ts'
import type { Cluster, CustomObject } from '../../shared/ports/cluster.ts'
import type { CoveredObject } from '../../shared/sweep/world/covered-object.ts'
import { listPolicies, type Policies } from '../../shared/sweep/world/list-policies.ts'
import { listTrackedObjects } from '../../shared/sweep/world/policy-scope.ts'
import { heldBy, heldByDay } from '../connect/held-days.ts'
import type { Installation } from '../connect/installation.ts'
import { firstDeletionIn, markedIn } from '../connect/shown-marks.ts'
import { commandName } from '../io/command-name.ts'
import { type Finding, problemsOfObjects, problemsOfPolicies, problemsOfSources } from './problems.ts'

/** How an installation is, on one screen. Times RFC 3339, UTC. */
export interface InstallationStatus {
  readonly version: 1
  readonly now: string
  /** The kill switch: `changedAt` is when it was set last. */
  readonly sweeps: { readonly paused: boolean; readonly changedAt?: string }
  readonly policies: {
    readonly inForce: number
    /** Paused with what the annotation says of who and why, suspended, or on dry run. */
    readonly stopped: readonly Finding[]
  }
  /** Runs that are under way. */
  readonly running: readonly Finding[]
  /** What waits for a person or for its time. */
  readonly waiting: readonly Finding[]
  /** What is not as it should be; empty where all is well. */
  readonly red: readonly Finding[]
  /** What registries hold for the repositories that are tracked, and held a week ago where that is known. */
  readonly held: readonly { readonly registry: string; readonly bytes: number; readonly weekAgoBytes?: number }[]
  /** The next runs, the first one first. */
  readonly next: readonly { readonly policy: string; readonly at: string }[]
}

/** What was read of one cluster. */
export interface ClusterView extends Policies {
  readonly tracked: readonly CoveredObject[]
  readonly repositories: readonly CustomObject[]
  readonly secrets: readonly CustomObject[]
}

const clustersAtOnce = 16

/**
 * Reads the objects of every cluster, and of the table what grows with clusters and policies alone: no repository, tag or
 * image. A cluster that cannot be read is red, and the rest is told all the same.
 */
export async function readStatus(installation: Installation, now: Date): Promise<InstallationStatus> {
  const { store, settings, killSwitchControl } = installation
  const unread: Finding[] = []
  const views = await pMap(
    await installation.connectClusters(),
    async cluster => {
      try {
        return [await readCluster(cluster, installation)]
      } catch (error) {
        if (!(error instanceof ShelflifeError)) throw error
        unread.push({ what: `cluster ${cluster.name}`, message: error.message })
        return []
      }
    },
    { concurrency: clustersAtOnce },
  )
  const all = views.flat()
  const policies = all.flatMap(one => one.accepted)
  const { isPaused: paused, changedAt } = await killSwitchControl.getState()
  const records = await pMap(settings.clusters, ({ name }) => store.listPolicies(name), { concurrency: clustersAtOnce })
  const stopped = policies.flatMap(stoppedFinding)
  const running = records.flat().flatMap(({ id, runs: [run] }) =>
    run?.result === 'Running'
      ? [
          {
            what: `${id}/${run.runId}`,
            message: `${run.deleted} deleted, ${run.failed} failed since ${secondsOf(run.startTime)}: ${run.message}`,
          },
        ]
      : [],
  )
  return {
    version: 1,
    now: secondsOf(now),
    sweeps: { paused, ...(changedAt && { changedAt: secondsOf(changedAt) }) },
    policies: { inForce: policies.length - stopped.length, stopped },
    running,
    waiting: [...policies.flatMap(approvalFinding), ...marksFinding(all.flatMap(one => one.tracked))],
    red: [
      ...unread,
      ...(await problemsOfSources(installation, now)),
      ...problemsOfPolicies(all),
      ...problemsOfObjects(all),
    ],
    held: await readHeld(installation, now),
    next: paused ? [] : nextRuns(policies, now),
  }
}

async function readHeld({ metrics, settings }: Installation, now: Date): Promise<InstallationStatus['held']> {
  const clusters = settings.clusters.map(({ name }) => name)
  const [gauges, days] = await Promise.all([metrics.findGauges(clusters), metrics.listHeldDays(clusters)])
  const [before] = heldByDay(days, [dayOf(new Date(now.getTime() - 7 * dayMs))])
  const bytesBefore = new Map(before?.held.map(({ registry, bytes }) => [registry, bytes]))
  return heldBy(gauges.map(({ stored }) => stored)).map(one => {
    const weekAgoBytes = bytesBefore.get(one.registry)
    return { ...one, ...(weekAgoBytes !== undefined && { weekAgoBytes }) }
  })
}

async function readCluster(cluster: Cluster, { rulebook }: Installation): Promise<ClusterView> {
  const [policies, repositories, secrets] = await Promise.all([
    listPolicies(cluster, rulebook.limits),
    cluster.listObjects('Repository'),
    cluster.listObjects('RegistrySecret'),
  ])
  const listed = { Repository: repositories, RegistrySecret: secrets, ImageCleanupPolicy: [] }
  // Of what was listed already: the objects of a large cluster are many.
  const read = { ...cluster, listObjects: async (kind: CustomObject['kind']) => listed[kind] }
  const { tracked } = await listTrackedObjects(read, rulebook)
  return { ...policies, tracked, repositories, secrets }
}

function stoppedFinding({ id, object, spec }: Policy): Finding[] {
  const by = [
    isPaused({ object }) ? `paused: ${object.metadata.annotations[pauseAnnotation]}` : [],
    spec.suspend ? 'suspended (spec.suspend)' : [],
    spec.dryRun ? 'on dry run (spec.dryRun)' : [],
  ].flat()
  return by.length === 0 ? [] : [{ what: `policy ${id}`, message: by.join(', ') }]
}

function approvalFinding({ id, object }: Policy): Finding[] {
  const approval = findCondition(object.status, 'ApprovalRequired')
  if (approval?.status !== 'True') return []
  const { namespace, name } = object.metadata
  return [{ what: `policy ${id}`, message: `${approval.message}; ${commandName} approve ${namespace}/${name}` }]
}

function marksFinding(tracked: readonly CoveredObject[]): Finding[] {
  const byRepository = [...Map.groupBy(tracked, one => one.repository).values()]
  const marked = byRepository.map(markedIn)
  const images = marked.reduce((sum, count) => sum + count, 0)
  if (images === 0) return []
  const repositories = marked.filter(count => count > 0).length
  const first = firstDeletionIn(tracked)
  const when = first === undefined ? '' : `; the first goes after ${first}, unless something needs it by then`
  return [{ what: `${images} marked`, message: `images in ${repositories} of ${marked.length} repositories${when}` }]
}

const nextRuns = (policies: readonly Policy[], now: Date): InstallationStatus['next'] =>
  policies
    .flatMap(policy => {
      const { schedule, timeZone, suspend } = policy.spec
      if (schedule === undefined || suspend || isPaused(policy)) return []
      if (findScheduleProblem(schedule, timeZone) !== undefined) return []
      return [{ policy: policy.id, at: secondsOf(nextRunAfter(schedule, timeZone, now)) }]
    })
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
