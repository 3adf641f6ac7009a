import * as z from 'zod'
import type { FreedBytes } from './bytes-freed.ts'

const bytes = z.number()

/** Where bytes were freed, the most first. Each list is cut after its largest entries. */
export const freedShares = z.strictObject({
  byRepository: z.array(z.strictObject({ repository: z.string(), bytes })).readonly(),
  byNamespace: z.array(z.strictObject({ namespace: z.string(), bytes })).readonly(),
  byRegistry: z.array(z.strictObject({ registry: z.string(), bytes })).readonly(),
})
export type FreedShares = z.infer<typeof freedShares>

const shown = 20

/** The largest shares of what was freed; undefined where nothing was. */
export const freedSharesOf = ({ byRepository, byNamespace, byRegistry }: FreedBytes): FreedShares | undefined =>
  byRepository.size === 0
    ? undefined
    : {
        byRepository: largest(byRepository).map(([repository, sum]) => ({ repository, bytes: sum })),
        byNamespace: largest(byNamespace).map(([namespace, sum]) => ({ namespace, bytes: sum })),
        byRegistry: largest(byRegistry).map(([registry, sum]) => ({ registry, bytes: sum })),
      }

/**
 * The shares of a run after one more execution reported. What fell off a list before is not known any more, so that a
 * repository which reports in parts may be shown with less than it freed; the run's total is exact.
 */
export function addFreedShares(before: FreedShares | undefined, added: FreedBytes): FreedShares | undefined {
  if (before === undefined) return freedSharesOf(added)
  const sum = (known: readonly (readonly [string, number])[], more: ReadonlyMap<string, number>) => {
    const total = new Map(known)
    for (const [owner, freed] of more) total.set(owner, (total.get(owner) ?? 0) + freed)
    return total
  }
  return freedSharesOf({
    total: added.total,
    byRepository: sum(
      before.byRepository.map(one => [one.repository, one.bytes]),
      added.byRepository,
    ),
    byNamespace: sum(
      before.byNamespace.map(one => [one.namespace, one.bytes]),
      added.byNamespace,
    ),
    byRegistry: sum(
      before.byRegistry.map(one => [one.registry, one.bytes]),
      added.byRegistry,
    ),
  })
}

const largest = (shares: ReadonlyMap<string, number>): [string, number][] =>
  [...shares].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, shown)
