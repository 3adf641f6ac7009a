import type { SyncRequest } from '../../shared/domain/events.ts'
import type { CustomObject } from '../../shared/ports/cluster.ts'
import { manualSyncAnnotation } from '../../shared/reconcile/annotations.ts'
import { bookOf, type Model } from './model.ts'

type Reader = Pick<SyncRequest, 'credential' | 'repository'>

/** What objects ask of syncs, and for which of it a sync was made. */
export class Asks {
  /** What reconcile asked for last, by credential and path. */
  readonly #sent = new Map<string, readonly string[]>()
  readonly #answerable = new Set<string>()
  /** By uid of an object, how often tags of its repository had moved when reconcile saw what it asks. */
  readonly #movesAt = new Map<string, number>()

  /** Right before reconcile looks at the objects. */
  async noteObjects(world: Model): Promise<void> {
    for (const { metadata, spec } of await world.estate.clusters[0].listObjects('Repository')) {
      const book = bookOf(world, (spec as { repository: string }).repository)
      if (book && (!this.#movesAt.has(metadata.uid) || metadata.annotations[manualSyncAnnotation]))
        this.#movesAt.set(metadata.uid, book.moves)
    }
  }

  /** What reconcile sends: of a registry that the soak plays, since nobody reads another. */
  noteSent(world: Model, sent: readonly SyncRequest[]): void {
    for (const { registry, credential, repository, asks = [] } of sent)
      if (bookOf(world, repository)?.host === registry) this.#sent.set(`${credential} ${repository}`, asks)
  }

  of({ credential, repository }: Reader): readonly string[] {
    return this.#sent.get(`${credential} ${repository}`) ?? []
  }

  /** A sync for these has asked its registry something. */
  noteMade(asks: readonly string[] = []): void {
    // An annotation that nobody counts comes on top of what the object asks without it, after a dot.
    for (const ask of asks) for (const one of [ask, ask.replace(/\..*$/, '')]) this.#answerable.add(one)
  }

  /** A sync that was made for it has asked the registry something. */
  isAnswerable(ask: string): boolean {
    return this.#answerable.has(ask)
  }

  /** How often tags of its repository had moved when it asked: what was read before counts for nothing to an object. */
  movesAt({ metadata: { uid } }: CustomObject): number {
    return this.#movesAt.get(uid) ?? Number.POSITIVE_INFINITY
  }
}
