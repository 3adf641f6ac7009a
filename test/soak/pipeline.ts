import type { Digest } from '../../shared/domain/digest.ts'
import type { SyncRequest } from '../../shared/domain/events.ts'
import { installationCredential, objectOfCredential, type SyncCredential } from '../../shared/domain/sync-credential.ts'
import { AccessDeniedError, ConflictError, UnavailableError } from '../../shared/errors.ts'
import { takeInventory } from '../../shared/inventory/take-inventory.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { SweepRequest } from '../../shared/ports/messaging.ts'
import type { RegistryReader, RegistryWriter } from '../../shared/ports/registry.ts'
import type { Store } from '../../shared/ports/store.ts'
import { reconcileAll } from '../../shared/reconcile/reconcile.ts'
import { executeSweep } from '../../shared/sweep/execute/execute-sweep.ts'
import { planPolicies } from '../../shared/sweep/plan/plan-policies.ts'
import { ClusterLists } from '../../shared/sweep/world/cluster-lists.ts'
import { parseSyncMessage } from '../../shared/sync/parse-message.ts'
import { runTask } from '../../shared/sync/run-task.ts'
import type { MemoryCluster } from '../support/memory-cluster.ts'
import { KilledError } from '../support/memory-platform.ts'
import { readerShown } from '../support/shown-reader.ts'
import { Looks } from './looks.ts'
import { type BeforeCall, createProcessLife, type ProcessLife } from './process-life.ts'
import type { RepositoryBook } from './registry-book.ts'
import { SweepMessages } from './sweep-messages.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/** What happens elsewhere while the product is in the middle of a sweep. */
export interface Meanwhile {
  /** Before a cluster is listed: it must be seen. */
  readonly beforeWorkloads: (cluster: MemoryCluster) => Promise<void>
  /** Before the tags of the repository are listed: a tag that points at an image now must be seen. */
  readonly beforeTags: (path: string, looks: Looks) => Promise<void>
}

/** How a call of a handler ended, as a queue sees it. */
export type Ended = 'done' | 'killed' | 'again'

/** The product's use cases over the real parts, each in a process of its own that may be killed. */
export class Pipeline {
  /** The repository that a sweep works on now, for the guard. */
  executing: SweepRequest | undefined
  readonly messages = new SweepMessages()
  /** The credential of the full sync under way. */
  syncingAs: SyncCredential | undefined
  /** Bodies of the sync queue. */
  readonly hints: string[] = []
  /** The next handler is killed after so many calls. */
  killAfter = Number.POSITIVE_INFINITY
  /** Repositories whose last full sync failed: schedules try them again soon, and no sweep touches them until then. */
  readonly unsynced = new Set<RepositoryBook>()
  readonly #world: () => World
  readonly #meanwhile: Meanwhile
  #known: Promise<ReadonlySet<Digest>> | undefined
  #attempts = 0
  readonly store: Store
  constructor(world: () => World, store: Store, meanwhile: Meanwhile) {
    this.#world = world
    this.store = store
    this.#meanwhile = meanwhile
  }

  /** What the store knows to be there; read once for each sweep of a repository. */
  knownDigests(book: RepositoryBook): Promise<ReadonlySet<Digest>> {
    const list = async () => {
      const images = await this.#world().estate.store.listImages(book.id)
      return new Set(images.filter(image => image.goneAt === undefined).map(image => image.digest))
    }
    this.#known ??= list()
    return this.#known
  }

  /** Handles one message of the sync queue; a killed one stays there. */
  async syncHint(at: number): Promise<Ended> {
    const body = this.hints[at]
    if (body === undefined) return 'done'
    const ended = await this.live(life => runTask(parseSyncMessage(body), this.#taskDeps(life)))
    if (ended === 'done') this.hints.splice(at, 1)
    return ended
  }

  /** A full sync of one repository, as the team reads it. True when it succeeded. */
  async syncWhole(book: RepositoryBook): Promise<boolean> {
    const succeeded = await this.syncAs(book, installationCredential)
    if (succeeded) this.unsynced.delete(book)
    else this.unsynced.add(book)
    if (succeeded) for (const digest of book.reachableFromTags()) book.told.add(digest)
    this.#world().figures[succeeded ? 'syncs' : 'failed syncs'] += 1
    return succeeded
  }

  /** A full sync with any credential. True when it succeeded. */
  async syncAs(book: RepositoryBook, credential: SyncCredential): Promise<boolean> {
    this.#attempts += 1
    const request: SyncRequest = {
      registry: this.#world().estate.registry.host,
      repository: book.path,
      credential,
      timeoutMs: 5000,
      trigger: 'Scheduled',
      attempt: String(this.#attempts),
    }
    let succeeded = false
    this.syncingAs = credential
    await this.live(async life => {
      const { outcome } = await runTask({ kind: 'request', request }, this.#taskDeps(life))
      succeeded = outcome === 'synced'
    })
    this.syncingAs = undefined
    return succeeded
  }

  /** One tick over all objects; the syncs that it asks for are made when the dice say so. */
  reconcile(): Promise<Ended> {
    const { estate, figures } = this.#world()
    figures.reconciles += 1
    return this.live(life =>
      reconcileAll({
        store: life.wrap(this.store),
        secrets: life.wrap(estate.secrets),
        clusterList: estate.clusters.map(one => life.wrap<Cluster>(one)),
        clusters: estate.clusters.map(one => one.name),
        syncQueue: { sendSyncRequests: async () => undefined },
        rulebook: estate.rulebook,
        readerFor: async (_, { login }) => ({
          ...estate.writer,
          checkAccess: async () => {
            if (login && this.#world().dice.chance(50)) throw new AccessDeniedError('got 401')
            return { latencyMs: 1 }
          },
        }),
        now: estate.clock.now,
      }),
    )
  }

  inventory(cluster: MemoryCluster): Promise<Ended> {
    const { estate, figures } = this.#world()
    figures.inventories += 1
    return this.live(life =>
      takeInventory(life.wrap<Cluster>(cluster), {
        ...estate.rulebook,
        store: life.wrap(this.store),
        now: estate.clock.now,
      }),
    )
  }

  /** One look of the planner at all policies. */
  plan(): Promise<Ended> {
    const { estate, figures } = this.#world()
    figures.plans += 1
    const sweepQueue = { sendSweepRequests: async (sent: readonly SweepRequest[]) => this.messages.send(sent) }
    return this.live(life =>
      planPolicies(
        new ClusterLists(
          estate.clusters.map(one => life.wrap<Cluster>(one)),
          estate.rulebook,
          [],
        ),
        {
          store: life.wrap(this.store),
          sweepQueue: life.wrap(sweepQueue),
          events: life.wrap(this.#events()),
          killSwitch: life.wrap(estate.killSwitch),
          now: estate.clock.now,
        },
        this.#log(),
      ),
    )
  }

  /** Handles a request to sweep one repository. */
  async execute(request: SweepRequest): Promise<Ended> {
    const { estate, figures, journal } = this.#world()
    figures.executions += 1
    this.executing = request
    this.#known = undefined
    const { beforeWorkloads, beforeTags } = this.#meanwhile
    const looks = new Looks()
    const beforeCluster =
      (one: MemoryCluster): BeforeCall =>
      async name =>
        name === 'listWorkloads' ? beforeWorkloads(one) : undefined
    const beforeRegistry: BeforeCall = async (name, args) => {
      looks.note(name, args)
      if (name === 'listRepository') await beforeTags(request.repository, looks)
    }
    try {
      return await this.live(async life => {
        const { message } = await executeSweep(request, {
          store: life.wrap(this.store),
          clusters: estate.clusters.map(one => life.wrap<Cluster>(one, beforeCluster(one))),
          awsWorkloads: [],
          writerFor: async () => life.wrap<RegistryWriter>(estate.writer, beforeRegistry),
          archive: life.wrap(estate.archive),
          killSwitch: life.wrap(estate.killSwitch),
          rulebook: estate.rulebook,
          now: estate.clock.now,
          wait: async ms => estate.clock.pass(ms / 1000),
        })
        journal.note(`executed ${request.policy} ${request.runId} in ${request.repository}: ${message}`)
      })
    } finally {
      this.executing = undefined
    }
  }

  #taskDeps(life: ProcessLife) {
    const { estate } = this.#world()
    return {
      store: life.wrap(this.store),
      events: life.wrap(this.#events()),
      readerFor: async (_: string, { repository, credential }: { repository: string; credential: SyncCredential }) =>
        life.wrap<RegistryReader>(this.#readerOf(repository, credential)),
      now: estate.clock.now,
      wait: async () => undefined,
    }
  }

  /** What the registry shows to a credential; one whose object is gone is used for nothing. */
  #readerOf(path: string, credential: SyncCredential): RegistryReader {
    const { estate, shown } = this.#world()
    const brought = objectOfCredential(credential)
    const isOver =
      brought !== undefined && estate.clusters[0].get('RegistrySecret', 'own', 'evil')?.metadata.uid !== brought.uid
    return readerShown(estate.writer, isOver ? 401 : shown.get(`${credential} ${path}`))
  }

  #log() {
    const { journal } = this.#world()
    const note = (message: string, fields: Record<string, unknown>) =>
      journal.note(`planner: ${message} ${Object.values(fields).map(String).join(' ')}`)
    return { info: note, warn: note, error: note }
  }

  /** Reconcile looks at everything when the dice say so: nobody hears of what was synced. */
  #events() {
    return { publishEvents: async () => undefined }
  }

  /** One process from its start to its end or its death; what it had under way arrives before anything else happens. */
  async live(work: (life: ProcessLife) => Promise<unknown>): Promise<Ended> {
    const { figures, journal } = this.#world()
    const life = createProcessLife(this.killAfter)
    this.killAfter = Number.POSITIVE_INFINITY
    try {
      await work(life)
      return 'done'
    } catch (error) {
      if (error instanceof KilledError) {
        figures.kills += 1
        journal.note(`process killed after ${life.calls} calls`)
        return 'killed'
      }
      if (error instanceof ConflictError) figures.conflicts += 1
      else if (error instanceof ViolationError) throw error
      else if (!(error instanceof UnavailableError))
        throw new ViolationError({ what: `a handler threw ${error instanceof Error ? error.stack : error}` })
      journal.note(`handler failed: ${error.message}`)
      return 'again'
    } finally {
      await life.settle()
    }
  }
}
