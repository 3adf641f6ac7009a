import { secondsOf } from '../../shared/domain/instant.ts'
import type { Stage } from '../../shared/domain/records/images.ts'
import { stages } from '../../shared/domain/records/images.ts'
import type { ObjectGaugesRecord } from '../../shared/domain/records/metrics.ts'
import type { ShownRepository } from '../images/list-repositories.ts'
import { readStatus } from '../status/read-status.ts'
import type { Overview, StageCounts } from './api.ts'
import { type ConsoleDeps, fewSecondsMs } from './console-deps.ts'
import { clusterHealth, registryHealth } from './health.ts'
import { knownRepositories } from './known.ts'
import { listingOnce } from './listing-once.ts'

const shownUntracked = 100

/** Costs what `status` and `images` cost; read at most every few seconds. */
export const readOverview = (deps: ConsoleDeps): Promise<Overview> =>
  deps.cache.get('overview', fewSecondsMs, async () => {
    const installation = listingOnce(deps.installation)
    const now = deps.now()
    const [status, listed, gauges] = await Promise.all([
      readStatus(installation, now),
      knownRepositories({ ...deps, installation }),
      installation.metrics.findGauges(installation.settings.clusters.map(({ name }) => name)),
    ])
    const counted = gauges.map(({ takenAt }) => takenAt.getTime())
    return {
      status,
      repositories: sumsOf(listed.repositories),
      stages: stageCountsOf(gauges),
      ...(counted.length > 0 && { stagesAt: secondsOf(new Date(Math.min(...counted))) }),
      stagesTooLarge: gauges.reduce((sum, { repositories }) => sum + repositories.tooLarge, 0),
      untracked: { count: listed.untracked.length, repositories: listed.untracked.slice(0, shownUntracked) },
      clusters: await clusterHealth(installation, listed.unread, now),
      registries: await registryHealth(installation, listed.repositories, now),
    }
  })

function sumsOf(all: readonly ShownRepository[]): Overview['repositories'] {
  const sumOf = (count: (one: ShownRepository) => number) => all.reduce((sum, one) => sum + count(one), 0)
  const [first] = all.flatMap(({ firstDeletionAt }) => firstDeletionAt ?? []).sort()
  return {
    count: all.length,
    tags: sumOf(one => one.tags ?? 0),
    inUse: sumOf(one => one.inUse),
    marked: sumOf(one => one.marked),
    storedBytes: sumOf(one => one.storedBytes ?? 0),
    ...(first !== undefined && { firstDeletionAt: first }),
  }
}

/** As the clusters' objects were counted last. */
export function stageCountsOf(gauges: readonly Pick<ObjectGaugesRecord, 'stages'>[]): StageCounts {
  const counts = stages.map(stage => [stage, gauges.reduce((sum, one) => sum + one.stages[stage], 0)] as const)
  return Object.fromEntries(counts) as Record<Stage, number>
}
