import type { Digest } from '../../shared/domain/digest.ts'
import type { SyncRequest } from '../../shared/domain/events.ts'
import { installationCredential, objectOfCredential, type SyncCredential } from '../../shared/domain/sync-credential.ts'
import { ConflictError, UnavailableError } from '../../shared/errors.ts'
import type { SweepRequest } from '../../shared/ports/messaging.ts'
import type { RegistryReader, RegistryWriter } from '../../shared/ports/registry.ts'
import type { Store } from '../../shared/ports/store.ts'
import type { TaskResult } from '../../shared/sync/task-deps.ts'
import type { MemoryCluster } from '../support/memory-cluster.ts'
import { KilledError } from '../support/memory-platform.ts'
import { readerShown } from '../support/shown-reader.ts'
import { Asks } from './asks.ts'
import { type BeforeSweep, type Code, codeOfToday, type Hands } from './code.ts'
import { stallingHost } from './estate.ts'
import { oddTagOf } from './faults.ts'
import { HostLaws } from './host-laws.ts'
import { Looks } from './looks.ts'
import { bookOf, isStalling, type Model } from './model.ts'
import { createProcessLife, type ProcessLife } from './process-life.ts'
import { Reconciler } from './reconciler.ts'
import type { RepositoryBook } from './registry-book.ts'
import { sightOf } from './sight.ts'
import { SweepMessages } from './sweep-messages.ts'
import { isBeforeGrants } from './versions.ts'
import { ViolationError } from './violation.ts'

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
  readonly hosts: HostLaws
  readonly asks = new Asks()
  /** The credential of the full sync under way. */
  syncingAs: SyncCredential | undefined
  /** Bodies of the sync queue. */
  readonly hints: string[] = []
  /** The next handler is killed after so many calls. */
  killAfter = Number.POSITIVE_INFINITY
  /** Repositories whose last full sync failed: schedules try them again soon, and no sweep touches them until then. */
  readonly unsynced = new Set<RepositoryBook>()
  readonly #world: () => Model
  readonly #meanwhile: Meanwhile
  #known: Promise<ReadonlySet<Digest>> | undefined
  #attempts = 0
  readonly store: Store
  readonly #reconciler = new Reconciler()
  readonly #today: Code
  readonly #yesterday: Code
  /** The handler at work is of the code before. */
  isYesterday = false
  constructor(world: () => Model, store: Store, yesterday: Code | undefined, meanwhile: Meanwhile) {
    this.#world = world
    this.hosts = new HostLaws(world)
    this.store = store
    this.#today = codeOfToday(store)
    this.#yesterday = yesterday ?? this.#today
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
    const follow = () => this.#handle((code, hands) => code.hint(body, hands))
    const ended = await this.hosts.watchHint(follow, one => one === 'done')
    if (ended === 'done') this.hints.splice(at, 1)
    return ended
  }

  /** A full sync of one repository, as the team reads it. True when it succeeded. */
  async syncWhole(book: RepositoryBook): Promise<boolean> {
    const outcome = await this.syncAs(book, installationCredential)
    const succeeded = outcome === 'synced'
    if (succeeded) this.unsynced.delete(book)
    else this.unsynced.add(book)
    const isOdd = (tag: string) => oddTagOf(this.#world(), book, tag) !== undefined
    if (succeeded) for (const digest of book.reachableFromTags(isOdd)) book.told.add(digest)
    if (succeeded) for (const tag of [...book.tags.keys()].filter(isOdd)) book.unreadTags.add(tag)
    if (outcome !== 'deferred') this.#world().figures[succeeded ? 'syncs' : 'failed syncs'] += 1
    return succeeded
  }

  /** A full sync with any credential, and how it ended; undefined where it was killed. */
  async syncAs(book: RepositoryBook, credential: SyncCredential): Promise<TaskResult['outcome'] | undefined> {
    this.#attempts += 1
    const request: SyncRequest = {
      registry: book.host,
      repository: book.path,
      credential,
      timeoutMs: 5000,
      trigger: 'Scheduled',
      attempt: String(this.#attempts),
      asks: this.asks.of({ credential, repository: book.path }),
    }
    this.syncingAs = credential
    const outcome = await this.hosts.watchSync(book, credential, async () => {
      let made: TaskResult['outcome'] | undefined
      const ended = await this.#handle(async (code, hands) => {
        made = await code.sync(request, hands)
      })
      return ended === 'done' ? made : undefined
    })
    this.syncingAs = undefined
    if (this.hosts.hasAsked) this.asks.noteMade(request.asks)
    return outcome
  }

  /** One tick over all objects; the syncs that it asks for are made when the dice say so. */
  async reconcile(): Promise<Ended> {
    const world = this.#world()
    await this.asks.noteObjects(world)
    world.figures.reconciles += 1
    const ended = await this.live(life => this.#reconciler.run(world, life, this.asks, this.store, this.#log()))
    if (ended === 'killed') this.#reconciler.die()
    return ended
  }

  inventory(cluster: MemoryCluster): Promise<Ended> {
    this.#world().figures.inventories += 1
    return this.#handle((code, hands) => code.inventory(cluster, hands))
  }

  /** One look of the planner at all policies. */
  plan(): Promise<Ended> {
    this.#world().figures.plans += 1
    return this.#handle((code, hands) => code.plan(hands))
  }

  /** Handles a request to sweep one repository. */
  async execute(request: SweepRequest): Promise<Ended> {
    const { figures, journal } = this.#world()
    figures.executions += 1
    this.executing = request
    this.#known = undefined
    const { beforeWorkloads, beforeTags } = this.#meanwhile
    const looks = new Looks()
    const before: BeforeSweep = {
      ofCluster: one => async name => (name === 'listWorkloads' ? beforeWorkloads(one) : undefined),
      ofRegistry: async (name, args) => {
        looks.note(name, args)
        if (name === 'listRepository') await beforeTags(request.repository, looks)
      },
    }
    try {
      return await this.#handle(async (code, hands) => {
        const message = await code.execute(request, before, hands)
        const { namespace, policy, runId, repository } = request
        journal.note(`executed ${namespace}/${policy} ${runId} in ${repository}: ${message}`)
      })
    } finally {
      this.executing = undefined
    }
  }

  /** By the code that runs now; in an hour of deploy, by either. */
  async #handle(work: (code: Code, hands: Hands) => Promise<void>): Promise<Ended> {
    const { versions, dice, estate, figures } = this.#world()
    this.isYesterday = versions.running === 'yesterday' || (versions.running === 'both' && dice.chance(50))
    if (this.isYesterday) figures['handled by yesterday'] += 1
    const { info: note } = this.#log()
    const hands = {
      estate,
      note,
      readerOf: (path: string, credential: SyncCredential) => this.#readerOf(path, credential),
      hostReaderOf: (registry: string) => this.writerOf(registry),
      writerOf: (registry: string) => this.writerOf(registry),
      sendSweeps: (sent: readonly SweepRequest[]) => this.messages.send(sent),
      events: this.#reconciler.events,
    }
    try {
      return await this.live(life => work(this.isYesterday ? this.#yesterday : this.#today, { life, ...hands }))
    } finally {
      this.isYesterday = false
    }
  }

  writerOf(registry: string): RegistryWriter {
    const { writer, stallingWriter } = this.#world().estate
    return registry === stallingHost ? this.hosts.stalling(stallingWriter, registry) : writer
  }

  /** What the registry shows to a credential; one whose object is gone is used for nothing. */
  #readerOf(path: string, credential: SyncCredential): RegistryReader {
    const { estate } = this.#world()
    const brought = objectOfCredential(credential)
    const own = estate.clusters[0].get('RegistrySecret', 'own', 'evil')
    if (brought !== undefined && own?.metadata.uid !== brought.uid) return readerShown(estate.writer, 401)
    const book = bookOf(this.#world(), path)
    if (!book) return estate.writer
    const reader = isStalling(book) ? estate.stallingWriter : estate.writer
    return this.hosts.stalling(readerShown(reader, sightOf(this.#world(), credential, book)), book.host, book.id)
  }

  #log() {
    const { journal } = this.#world()
    const note = (message: string, fields: Record<string, unknown>) =>
      journal.note(`planner: ${message} ${Object.values(fields).map(String).join(' ')}`)
    return { info: note, warn: note, error: note }
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
      // Its own errors are of other classes, and it was not made for what today's code writes.
      else if (this.isYesterday && isBeforeGrants(this.#world())) figures['failed by yesterday'] += 1
      else if (!(error instanceof UnavailableError))
        throw new ViolationError({ what: `a handler threw ${error instanceof Error ? error.stack : error}` })
      journal.note(`handler failed: ${error instanceof Error ? error.message : error}`)
      return 'again'
    } finally {
      await life.settle()
    }
  }
}
