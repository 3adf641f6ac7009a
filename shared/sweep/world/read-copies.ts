import { copiesOf, noCopies, type RepositoryCopies } from '../../domain/copies/repository-copies.ts'
import { partsOf } from '../../domain/repository-id.ts'
import type { Store } from '../../ports/store.ts'
import type { Rulebook } from '../../settings.ts'

/** How the registries of the settings copy a repository; nothing is read for one whose registry copies none. */
export async function readCopies(
  id: string,
  store: Pick<Store, 'listCopies'>,
  { factsOf, registries }: Pick<Rulebook, 'factsOf' | 'registries'>,
): Promise<RepositoryCopies> {
  const isCopying = (registry: string) => factsOf(registry).copiesImages === true
  if (!isCopying(partsOf(id).registry)) return noCopies
  const hosts = registries.filter(isCopying)
  const records = await store.listCopies()
  return copiesOf(
    id,
    records.filter(({ registry }) => hosts.includes(registry)),
    hosts,
  )
}
