import { dayMs } from '../domain/duration.ts'
import type { Store } from '../ports/store.ts'

/** A repository, and the path by which objects of a cluster lead to it. */
export interface TrackedPlace {
  /** `host/path`. */
  readonly repository: string
  /** As the objects spell it: `nginx` for Docker Hub's `library/nginx`. */
  readonly path: string
}

/** So long an event is told in a cluster whose objects are gone. */
const rememberedDays = 14
/** A process looks so often whether a record lasts, and renews it in the second half of its time. */
const lookedAtDays = 3

/** Notes in the store where the objects of a cluster lead, so that an event asks the clusters that it concerns alone. */
export class Tracking {
  readonly #cluster: string
  /** When each was seen to last, in milliseconds since 1970. */
  readonly #notedAt = new Map<string, number>()

  constructor(cluster: string) {
    this.#cluster = cluster
  }

  async note(
    places: readonly TrackedPlace[],
    { store, now }: { readonly store: Pick<Store, 'findTracking' | 'saveTracking'>; readonly now: () => Date },
  ): Promise<void> {
    const nowMs = now().getTime()
    const isOld = (place: TrackedPlace) => !(nowMs - (this.#notedAt.get(keyOf(place)) ?? 0) < lookedAtDays * dayMs)
    const due = places.filter(isOld)
    if (due.length === 0) return
    const records = due.map(({ repository, path }) => ({ repository, path, cluster: this.#cluster }))
    const renewBefore = nowMs + (rememberedDays * dayMs) / 2
    const lasting = (await store.findTracking(records)).filter(one => one.expiresAtSeconds * 1000 > renewBefore)
    const isLasting = new Set(lasting.map(keyOf))
    const expiresAtSeconds = Math.floor((nowMs + rememberedDays * dayMs) / 1000)
    await store.saveTracking(
      records.filter(one => !isLasting.has(keyOf(one))).map(one => ({ ...one, expiresAtSeconds })),
    )
    for (const place of due) this.#notedAt.set(keyOf(place), nowMs)
  }
}

const keyOf = ({ repository, path }: TrackedPlace): string => `${repository} ${path}`
