import { copiesOf, noCopies, type RepositoryCopies } from '../../domain/copies/repository-copies.ts'
import { partsOf } from '../../domain/repository-id.ts'
import type { Store } from '../../ports/store.ts'
import type { Rulebook } from '../../settings.ts'

/** How the registries of the settings copy a repository; nothing is read for one whose registry copies none. */
export async function readCopies(
  id: string,
  store: Pick<Store, 'listCopies'>,
  known: Pick<Rulebook, 'factsOf' | 'isConfigured'>,
): Promise<RepositoryCopies> {
  if (known.factsOf(partsOf(id).registry).copiesImages !== true) return noCopies
  const records = await store.listCopies()
  return copiesOf(
    id,
    records.filter(({ registry }) => known.isConfigured(registry)),
  )
}
