import { arrivalPlaces, arrivalsOfEvent, arrivalsOfMissed } from '../domain/event-arrival.ts'
import type { ArrivalRecord } from '../domain/records/installation.ts'
import type { Store } from '../ports/store.ts'

interface Deps {
  readonly store: Pick<Store, 'findArrivals' | 'saveArrivals'>
  readonly now: () => Date
}

/** An event of the repository came, and led to something that could be read. Safe to repeat. */
export const noteEventCame = (id: string, deps: Deps): Promise<void> => note(id, arrivalsOfEvent, deps)

/** A full sync found a change of the repository that no event had told. Safe to repeat. */
export const noteEventMissed = (id: string, deps: Deps): Promise<void> => note(id, arrivalsOfMissed, deps)

async function note(
  id: string,
  arrivalsOf: (id: string, known: readonly ArrivalRecord[], now: Date) => readonly ArrivalRecord[],
  { store, now }: Deps,
): Promise<void> {
  const news = arrivalsOf(id, await store.findArrivals(Object.values(arrivalPlaces(id))), now())
  if (news.length > 0) await store.saveArrivals(news)
}
