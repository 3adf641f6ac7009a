import pMap from 'p-map'
import { partsOf } from '../../domain/repository-id.ts'
import { ConflictError } from '../../errors.ts'
import type { MarkChange } from './plan-marks.ts'
import type { PlanDeps } from './plan-sweep.ts'

const concurrency = 8

/**
 * Writes marks and lifted marks, each by one conditional write, and wakes reconcile so that the objects show them. The
 * number of images that something else changed meanwhile: they are judged again.
 */
export async function writeChanges(
  changes: readonly MarkChange[],
  { store, events }: Pick<PlanDeps, 'store' | 'events'>,
): Promise<number> {
  const written = await pMap(
    changes,
    async ({ draft, previous }) => {
      try {
        await store.saveImage(draft, previous)
        return true
      } catch (error) {
        if (error instanceof ConflictError) return false
        throw error
      }
    },
    { concurrency },
  )
  const changed = new Set(changes.map(({ previous }) => previous.repository))
  await events.publishEvents(
    'RepositorySynced',
    [...changed].map(id => {
      const { registry, path: repository } = partsOf(id)
      return { registry, repository }
    }),
  )
  return written.filter(one => !one).length
}
