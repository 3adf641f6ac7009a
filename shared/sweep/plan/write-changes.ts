import pMap from 'p-map'
import type { Transition } from '../../domain/lifecycle/transition.ts'
import { announceRepositories } from '../../records/announce-repositories.ts'
import { announceChanges, saveTransition } from '../../records/save-image.ts'
import { saveUnlessOvertaken } from '../../records/save-latest.ts'
import type { PlanDeps } from './plan-deps.ts'

const concurrency = 8

/**
 * Writes marks and lifted marks, each by one conditional write, and wakes reconcile so that the objects show them. The
 * number of images that something else changed meanwhile: they are judged again.
 */
export async function writeChanges(
  changes: readonly Transition[],
  { store, events }: Pick<PlanDeps, 'store' | 'events'>,
): Promise<number> {
  await announceChanges(changes, store)
  const written = await pMap(changes, change => saveUnlessOvertaken(() => saveTransition(change, store)), {
    concurrency,
  })
  await announceRepositories(
    changes.map(({ draft }) => draft.repository),
    events,
  )
  return written.filter(one => one === undefined).length
}
