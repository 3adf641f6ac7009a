import type { InventoryRecord } from './records/workloads.ts'
import { partsOf } from './repository-id.ts'

/** An inventory older than this says nothing of now: two intervals and the time one may take. */
const maxInventoryAgeMs = 15 * 60_000

/** True only when there is a source of workloads, and every one was listed completely, not long ago. */
export const isUsageKnown = (inventories: readonly (InventoryRecord | undefined)[], now: Date): boolean =>
  inventories.length > 0 &&
  inventories.every(one => one?.complete === true && now.getTime() - one.startedAt.getTime() <= maxInventoryAgeMs)

/** Who pulls from which registry, as the settings say. */
export interface PullScopes {
  pullsFrom(registry: string, source: string): boolean
}

/** Of these sources of workloads those that may pull what any of the repositories holds; none for no repository. */
export function sourcesFor<S extends string>(
  repositories: Iterable<string>,
  sources: readonly S[],
  { pullsFrom }: PullScopes,
): S[] {
  const registries = new Set([...repositories].map(id => partsOf(id).registry))
  return sources.filter(source => [...registries].some(registry => pullsFrom(registry, source)))
}

/** Of these repositories those of which it is not known what is in use: one that may pull from them was not listed. */
export const unknownIn = (
  repositories: readonly string[],
  inventories: ReadonlyMap<string, InventoryRecord | undefined>,
  scopes: PullScopes,
  now: Date,
): Set<string> =>
  new Set(
    repositories.filter(id => {
      const sources = sourcesFor([id], [...inventories.keys()], scopes)
      return !isUsageKnown(
        sources.map(source => inventories.get(source)),
        now,
      )
    }),
  )
