import { runLivePlan } from '../../../cli/plan/run-live-plan.ts'
import type { Loopback } from '../../support/loopback.ts'
import type { SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf, recordingStreams } from '../memory-installation.ts'

export interface LiveRun {
  readonly output: 'json' | 'ndjson' | 'table'
  readonly against?: string
  /** Of the terminal; absent for a pipe. */
  readonly columns?: number
}

/** Plans the policy `team/cleanup` of a fixture at its time, without a write, and gives what was printed. */
export async function runLive(world: Loopback, sweep: SweepFixture, { columns, ...request }: LiveRun) {
  await sweep.inventories()
  const { streams, written } = recordingStreams(columns)
  await runLivePlan({ ...request, policyName: 'team/cleanup', now: sweep.now() }, installationOf(world, sweep), streams)
  return written
}
