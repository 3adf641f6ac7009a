import { createMetricsStore } from '../../../shared/adapters/store/metrics-store.ts'
import type { Loopback } from '../../support/loopback.ts'
import type { SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { openPage } from './console-fixture.ts'

export const policyOf = (sweep: SweepFixture): string => `${sweep.cluster.name}/team/cleanup`

/** A page of somebody who may only look: a write throws. */
export const readingPage = (world: Loopback, sweep: SweepFixture) => openPage(installationOf(world, sweep), sweep.now)

/** A page of somebody who may write. */
export const actingPage = (world: Loopback, sweep: SweepFixture) =>
  openPage(installationOf(world, sweep, { mayWrite: true }), sweep.now)

/** What the clusters' objects come to, counted now. */
export async function saveGauges(world: Loopback, sweep: SweepFixture): Promise<void> {
  await createMetricsStore(world.table.client, world.table.tableName).saveGauges(
    {
      cluster: sweep.cluster.name,
      takenAt: sweep.now(),
      versions: [],
      failures: [],
      dropped: { versions: 0, failures: 0 },
      secrets: [],
      namespaces: [],
      policies: { paused: 0, notAuthorized: 0, total: 0 },
      stages: { Introduction: 1, Use: 2, Maintenance: 3, Cleanup: 4 },
      marked: 0,
      repositories: { measured: 1, tooLarge: 5 },
      stored: [{ registry: world.host, bytes: 1000 }],
    },
    undefined,
  )
}
