import type { WorkloadSource } from './workload-source.ts'

export interface ObjectMeta {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation: number
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly creationTimestamp?: string
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  /** RFC 3339 UTC; changes only when `status` does. */
  readonly lastTransitionTime: string
  readonly observedGeneration?: number
}

/** A custom resource as the cluster gives it; `spec` and `status` are not yet parsed. */
export interface CustomObject {
  readonly cluster: string
  readonly kind: CustomKind
  readonly metadata: ObjectMeta
  readonly spec: unknown
  readonly status: Readonly<Record<string, unknown>>
}

/** A namespace, by which rights are given: its people are one tenant. */
export interface ClusterNamespace {
  readonly name: string
  /** Another namespace of the same name has another. */
  readonly uid: string
  readonly labels: Readonly<Record<string, string>>
}

export type CustomKind = 'Repository' | 'RegistrySecret' | 'ImageCleanupPolicy'

/** An Event on an object, as `kubectl describe` shows it. Equal events within the hour are counted, not repeated. */
export interface ObjectEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** `present`: created or changed, spec, metadata or status. `gone`: with the object as it was last. */
export interface ObjectChange {
  readonly type: 'present' | 'gone'
  readonly object: CustomObject
}

export interface WatchOptions {
  /** How long the server is asked to go on telling; at least 1. A fraction counts as a whole second. */
  readonly seconds: number
  /** Called for one change after the other, each as soon as it came in. What it throws ends the watch with that error. */
  readonly onChange: (change: ObjectChange) => void
  /** Called once the server has begun to answer: all changes until now come in within moments. */
  readonly onOpen?: (() => void) | undefined
  /** Ends it early, which is no error. */
  readonly signal?: AbortSignal
}

/**
 * One cluster. All throw AccessDeniedError (401, 403), UnavailableError (unreachable, 429, 5xx, an expired
 * continue token); lists give all pages or throw.
 */
export interface Cluster extends WorkloadSource {
  listObjects(
    kind: CustomKind,
    filter?: { namespace?: string; fieldSelector?: string },
  ): Promise<readonly CustomObject[]>
  /**
   * As `listObjects` of every namespace, given page by page, so that a caller need not hold all of them. Answers the
   * version from which on a watch tells what changed since.
   */
  listObjectsAt(kind: CustomKind, onPage: (objects: readonly CustomObject[]) => void): Promise<string>
  /**
   * Tells each change of a kind since a version, in order, until the time is over. Answers the version to go on from:
   * that of the last bookmark or change, else the one given. Undefined where the server does not know that version any
   * more (410, as a status or as an ERROR event of the stream), whatever was told before: list again. Changes may be told
   * twice, and one that says the same again is no error. A change whose object cannot be read is left out: the next list
   * tells. A version that the server has not reached yet, as after it was restored from a backup, tells nothing.
   *
   * A stream that is cut short (connection lost, half a line) ends as if its time were over, with the version of what was
   * told whole.
   */
  watchObjects(kind: CustomKind, resourceVersion: string, options: WatchOptions): Promise<string | undefined>
  /**
   * This cluster for one look at it: what it lists of all namespaces (objects without a filter, workloads, namespaces) was so
   * at most `maxAgeMs` before the look first asked for it (0: after it asked), and costs what changed since the process
   * looked before, and not what there is. Lists throw as those of the cluster. Absent where a list costs little.
   */
  view?(maxAgeMs: number): Cluster
  /**
   * Throws where this cluster is not known to be this installation's: before anything is marked or deleted because of what it
   * says. Absent where there is nothing to tell it from another's. All other calls throw AccessDeniedError where it is known
   * to be another's.
   */
  requireOwn?(): Promise<void>
  /**
   * The id of the installation that holds this cluster, asked anew, also where that is another: `nobody` where its Lease names
   * none, undefined where it has none. Absent where there is nothing to tell it by.
   */
  findHolder?(): Promise<string | undefined>
  findObject(kind: CustomKind, namespace: string, name: string): Promise<CustomObject | undefined>
  /**
   * Server-side apply of the whole status on the status subresource under one field manager; what is left out is
   * removed, and what an older definition in the cluster does not declare is left out. NotFoundError when the object went
   * away meanwhile, ConflictError when its resourceVersion moved on. Answers the resourceVersion that it has then.
   */
  applyStatus(object: CustomObject, status: Readonly<Record<string, unknown>>): Promise<string>
  /**
   * Sets (string) or removes (null) annotations by merge patch with the object's resourceVersion as precondition. Answers
   * the resourceVersion that it has then.
   */
  annotate(object: CustomObject, annotations: Readonly<Record<string, string | null>>): Promise<string>
  recordEvent(object: CustomObject, event: ObjectEvent): Promise<void>
  /** Deletes exactly this object: its uid is the precondition. False when it was gone or another has its name. */
  deleteObject(object: CustomObject): Promise<boolean>
  /** Creates an object again (restore); ConflictError when one of its name exists. */
  createObject(kind: CustomKind, manifest: Readonly<Record<string, unknown>>): Promise<void>
  /** The decoded data of a Secret; undefined when there is none. */
  findSecret(namespace: string, name: string): Promise<Readonly<Record<string, string>> | undefined>
  /** Undefined where there is none of that name. */
  findNamespace(name: string): Promise<ClusterNamespace | undefined>
  listNamespaces(): Promise<readonly ClusterNamespace[]>
  /**
   * Rights on all namespaces that are needed and that this user has not, in words: `list pods`, `get secrets`. The
   * executor needs those of the reader and more. Empty too where the cluster does not answer such questions.
   */
  listMissingRights(user?: 'reader' | 'executor'): Promise<readonly string[]>
}
