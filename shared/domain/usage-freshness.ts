import { type NamedSource, type PullScopes, unknownPullers, whyNobodyPulls } from './pullers.ts'
import type { InventoryRecord } from './records/workloads.ts'
import { partsOf } from './repository-id.ts'

/** An inventory older than this says nothing of now: two intervals and the time one may take. */
const maxInventoryAgeMs = 15 * 60_000

/** How each source of workloads was listed last, by its name; undefined for one that never was. */
export type Inventories = ReadonlyMap<string, InventoryRecord | undefined>

/** True for a source that was listed completely, not long ago. */
export const isListed = (inventory: InventoryRecord | undefined, now: Date): boolean =>
  inventory?.complete === true && now.getTime() - inventory.startedAt.getTime() <= maxInventoryAgeMs

/** True only where there is a source that has workloads, each organization has one, and every one is listed. */
export const isUsageKnown = (inventories: Inventories, now: Date): boolean =>
  whyNobodyPulls(sourcesIn(inventories)) === undefined &&
  [...inventories.values()].every(inventory => isListed(inventory, now))

/** The sources that these inventories are of, an organization with its members. */
export const sourcesIn = (inventories: Inventories): NamedSource[] =>
  [...inventories].map(([name, inventory]) => ({ name, ...(inventory?.members && { members: inventory.members }) }))

/** Of these sources of workloads those that may pull what any of the repositories holds; none for no repository. */
export function sourcesFor<S extends string>(
  repositories: Iterable<string>,
  sources: readonly S[],
  { pullsFrom }: Pick<PullScopes, 'pullsFrom'>,
): S[] {
  const registries = registriesOf(repositories)
  return sources.filter(source => [...registries].some(registry => pullsFrom(registry, source)))
}

const registriesOf = (repositories: Iterable<string>): Set<string> =>
  new Set([...repositories].map(id => partsOf(id).registry))

/**
 * Of these repositories those of which it is not known what is in use: one that may pull from them was not listed, or it
 * is not known who may.
 */
export function unknownIn(
  repositories: readonly string[],
  inventories: Inventories,
  scopes: PullScopes,
  now: Date,
): Set<string> {
  const sources = sourcesIn(inventories)
  const isKnown = (registry: string): boolean =>
    unknownPullers(registry, sources, scopes) === undefined &&
    sources.every(({ name }) => !scopes.pullsFrom(registry, name) || isListed(inventories.get(name), now))
  const unknown = new Set([...registriesOf(repositories)].filter(registry => !isKnown(registry)))
  return new Set(repositories.filter(id => unknown.has(partsOf(id).registry)))
}
