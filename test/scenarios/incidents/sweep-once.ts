import { randomUUID } from 'node:crypto'
import { waitUntil } from '../../real/parts/wait-until.ts'
import { annotate, type Status, sweep, track, waitForStatus } from '../objects.ts'
import { endedRun } from '../sweep.ts'
import type { Scene } from '../world.ts'

/** That of `sweep`, and the second to which times are written. */
const graceMs = 1_100
const deadlineMs = 90_000

/** Tracks the whole repository and waits until all of it is known, and older than the grace period of `sweep`. */
export async function trackWhole(scene: Scene): Promise<void> {
  await track(scene)
  await waitForStatus(scene, 'Repository', 'whole', 'its first sync', isSynced, deadlineMs)
  await untilOlderThan(graceMs)
}

const isSynced = ({ syncStatus }: Status): boolean => syncStatus === 'Success'

/** Has the repository that `trackWhole` tracks read again, and waits for it. */
export async function readAgain(scene: Scene): Promise<void> {
  await handSync(scene, 'Success')
  await untilOlderThan(graceMs)
}

/** Has it read again, and waits until that has failed. */
export const failToReadAgain = (scene: Scene): Promise<Status> => handSync(scene, 'Failed')

async function handSync(scene: Scene, result: 'Success' | 'Failed'): Promise<Status> {
  const request = randomUUID()
  await annotate(scene, 'Repository', 'whole', { 'theriseunion.io/manual-sync': request })
  const isDone = ({ lastHandledManualSync, syncStatus }: Status) =>
    lastHandledManualSync === request && syncStatus === result
  return waitForStatus(scene, 'Repository', 'whole', 'the sync by hand', isDone, deadlineMs)
}

/** Images younger than the grace period are protected by it, and a scenario about another protection shows nothing. */
export function untilOlderThan(graceMs: number): Promise<boolean> {
  const startedAt = Date.now()
  return waitUntil(() => Date.now() - startedAt > graceMs, { what: 'the images to be older than the grace period' })
}

/** Runs a policy of that name once, by hand, and gives the run as its status shows it in the end. */
export async function sweepOnce(scene: Scene, name: string, spec: object): Promise<Record<string, unknown>> {
  await sweep(scene, name, spec)
  return endedRun(scene, name, deadlineMs)
}
