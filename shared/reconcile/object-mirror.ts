import { hashNumber } from '../domain/hash-number.ts'
import { AccessDeniedError } from '../errors.ts'
import { ClusterGauges } from '../metrics/keep-gauges.ts'
import type { Cluster, CustomKind, CustomObject } from '../ports/cluster.ts'
import { SeenObjects } from './seen-objects.ts'
import { Tracking } from './tracking.ts'

export interface FollowOptions {
  /** How long each kind is watched, at least 1. */
  readonly seconds: number
  readonly now: Date
  /** Ends it early, which is no error. */
  readonly signal: AbortSignal
  /** Called for what a run has something to do for. */
  readonly onNews: () => void
}

export interface Following {
  /** What the cluster had to tell until now is told, or comes in within moments. */
  readonly open: Promise<unknown>
  readonly ended: Promise<unknown>
}

/** Where the objects of a kind lie. */
interface Shelf {
  readonly uids: readonly string[]
  /** False where nothing is to be done for it. */
  put(object: CustomObject): boolean
  remove(uid: string): void
}

const mirroredKinds = ['Repository', 'RegistrySecret', 'ImageCleanupPolicy'] as const satisfies CustomKind[]

/**
 * The objects of a cluster as a process has them in memory: listed once an hour, and told by watches in between. A process
 * that has not seen any lists all.
 */
export class ObjectMirror {
  readonly repositories = new SeenObjects()
  readonly tracking: Tracking
  readonly gauges = new ClusterGauges()
  readonly #secrets = new ObjectShelf()
  readonly #policies = new ObjectShelf()
  readonly #kinds: readonly MirroredKind[]
  /** When a run last brought it up to date and looked at it. */
  lookedAt: Date | undefined

  constructor(cluster: string) {
    this.tracking = new Tracking(cluster)
    const { repositories, gauges } = this
    const shelves = {
      Repository: measured(repositories, gauges),
      RegistrySecret: this.#secrets,
      ImageCleanupPolicy: this.#policies,
    }
    this.#kinds = mirroredKinds.map(kind => new MirroredKind(kind, shelves[kind], listMinutesOf(cluster, kind)))
  }

  get secrets(): readonly CustomObject[] {
    return this.#secrets.objects
  }

  get policies(): readonly CustomObject[] {
    return this.#policies.objects
  }

  /** Another value where a RegistrySecret or a policy is another. */
  get version(): string {
    return `${this.#secrets.version} ${this.#policies.version}`
  }

  /** Takes in what changed since the last time, for as long as it is asked to. */
  follow(cluster: Cluster, options: FollowOptions): Following {
    const following = this.#kinds.map(kind => followOne(kind, cluster, options))
    return {
      open: Promise.all(following.map(({ open }) => open)),
      ended: Promise.all(following.map(({ ended }) => ended)),
    }
  }
}

/** Each object is measured as it comes in, also one that our own write made. */
const measured = (shelf: Shelf, { shown }: ClusterGauges): Shelf => ({
  get uids() {
    return shelf.uids
  },
  put: object => {
    shown.put(object)
    return shelf.put(object)
  },
  remove: uid => {
    shown.remove(uid)
    shelf.remove(uid)
  },
})

/** The few of a kind that are looked at as a whole. */
class ObjectShelf implements Shelf {
  readonly #objects = new Map<string, CustomObject>()
  #changes = 0

  get uids(): readonly string[] {
    return [...this.#objects.keys()]
  }

  get objects(): readonly CustomObject[] {
    return [...this.#objects.values()]
  }

  get version(): number {
    return this.#changes
  }

  put(object: CustomObject): boolean {
    const { uid, resourceVersion } = object.metadata
    if (this.#objects.get(uid)?.metadata.resourceVersion === resourceVersion) return false
    this.#objects.set(uid, object)
    this.#changes += 1
    return true
  }

  remove(uid: string): void {
    if (this.#objects.delete(uid)) this.#changes += 1
  }
}

/** A cluster that was restored from a backup, or one change that could not be read, is told of by no watch. */
const listMinutesOf = (cluster: string, kind: CustomKind): number => 60 + (hashNumber(`${cluster} ${kind}`) % 10)

function followOne(kind: MirroredKind, cluster: Cluster, options: FollowOptions): Following {
  let ended: Promise<void> | undefined
  const open = new Promise<void>(onOpen => {
    ended = kind.follow(cluster, { ...options, onOpen })
  })
  return { open, ended: Promise.resolve(ended) }
}

interface KindOptions extends FollowOptions {
  readonly onOpen: () => void
}

class MirroredKind {
  readonly #kind: CustomKind
  readonly #shelf: Shelf
  readonly #listMinutes: number
  #version: string | undefined
  #listedAt = Number.NEGATIVE_INFINITY

  constructor(kind: CustomKind, shelf: Shelf, listMinutes: number) {
    this.#kind = kind
    this.#shelf = shelf
    this.#listMinutes = listMinutes
  }

  async follow(cluster: Cluster, options: KindOptions): Promise<void> {
    const isListDue = options.now.getTime() - this.#listedAt >= this.#listMinutes * 60_000
    if (this.#version === undefined || isListDue) return this.#listAndWatch(cluster, options)
    this.#version = await this.#watch(cluster, this.#version, options)
    if (this.#version === undefined && !options.signal.aborted) await this.#listAndWatch(cluster, options)
  }

  async #listAndWatch(cluster: Cluster, options: KindOptions): Promise<void> {
    const version = await this.#list(cluster, options.now, options.onNews)
    this.#version = await this.#watch(cluster, version, options)
  }

  async #list(cluster: Cluster, now: Date, onNews: () => void): Promise<string> {
    const gone = new Set(this.#shelf.uids)
    let isNews = false
    const version = await cluster.listObjectsAt(this.#kind, objects => {
      for (const object of objects) {
        gone.delete(object.metadata.uid)
        isNews = this.#shelf.put(object) || isNews
      }
    })
    for (const uid of gone) this.#shelf.remove(uid)
    this.#listedAt = now.getTime()
    if (isNews || gone.size > 0) onNews()
    return version
  }

  /** Undefined where everything is to be listed anew. */
  async #watch(cluster: Cluster, from: string, options: KindOptions): Promise<string | undefined> {
    const { seconds, signal, onOpen, onNews } = options
    try {
      return await cluster.watchObjects(this.#kind, from, {
        seconds,
        signal,
        onOpen,
        onChange: ({ type, object }) => {
          if (type === 'gone') this.#shelf.remove(object.metadata.uid)
          if (type === 'gone' || this.#shelf.put(object)) onNews()
        },
      })
    } catch (error) {
      // Whoever may list and not watch, as before this version, has everything listed in every run.
      if (!(error instanceof AccessDeniedError)) throw error
      return undefined
    } finally {
      onOpen()
    }
  }
}
