import type { RepositorySynced } from '../../shared/domain/events.ts'
import { AccessDeniedError } from '../../shared/errors.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { EventPublisher } from '../../shared/ports/messaging.ts'
import type { Store } from '../../shared/ports/store.ts'
import type { ObjectMirror } from '../../shared/reconcile/object-mirror.ts'
import { type ReconcileDeps, reconcileAll, reconcileRepository } from '../../shared/reconcile/reconcile.ts'
import { migrateTable } from '../../shared/records/migrate.ts'
import type { Asks } from './asks.ts'
import type { Model } from './model.ts'
import type { ProcessLife } from './process-life.ts'
import { isBeforeGrants } from './versions.ts'

type Log = Parameters<typeof migrateTable>[0]['log']

/** The function that writes statuses: it remembers what it has seen until its process dies, and is told what is new. */
export class Reconciler {
  #mirrors = new Map<string, ObjectMirror>()
  /** By path, of which repositories it has not heard yet; a message is gone once it was handled. */
  readonly #news = new Map<string, RepositorySynced>()
  readonly events: EventPublisher = {
    publishEvents: async (_, details) => {
      for (const { pushed, ...one } of details as readonly RepositorySynced[])
        this.#news.set(one.repository, { ...one, ...(pushed && !this.#news.has(one.repository) && { pushed }) })
    },
  }

  die(): void {
    this.#mirrors = new Map()
  }

  /** What it was told of, and then one tick over all objects. */
  async run(world: Model, life: ProcessLife, asks: Asks, watched: Store, log: Log): Promise<void> {
    const { estate } = world
    const [store, secrets] = [life.wrap(watched), life.wrap(estate.secrets)]
    await migrateTable({ store, secrets, release: 'soak', now: estate.clock.now, log })
    const deps: ReconcileDeps = {
      store,
      secrets,
      sealer: life.wrap(estate.sealer),
      clusterList: estate.clusters.map(one => life.wrap<Cluster>(one)),
      clusters: estate.clusters.map(one => one.name),
      syncQueue: { sendSyncRequests: async sent => asks.noteSent(world, sent) },
      rulebook: estate.rulebook,
      readerFor: async (_, { login }) => ({
        ...estate.writer,
        checkAccess: () => checkAccess(world, login !== undefined),
      }),
      now: estate.clock.now,
      // The code before grants tells nobody what it writes.
      ...(!isBeforeGrants(world) && { mirrors: this.#mirrors, madeBy: 'soak' }),
    }
    for (const [path, news] of this.#news) {
      this.#news.delete(path)
      try {
        await reconcileRepository(news, deps)
      } catch (error) {
        this.#news.set(path, news)
        throw error
      }
    }
    await reconcileAll(deps)
  }
}

async function checkAccess({ dice }: Model, isLogin: boolean) {
  if (isLogin && dice.chance(50)) throw new AccessDeniedError('got 401')
  return { latencyMs: 1 }
}
