import { type JournalEntry, ObjectJournal } from './journal.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import type { ResourceType } from './resource-type.ts'

export interface ObjectChange {
  type: ResourceType
  resourceVersion: number
  /** The object after the change; after a delete its last state, with the resourceVersion of the delete. */
  object: KubernetesObject
  previous: KubernetesObject | undefined
  isDeleted: boolean
}

/**
 * The objects of all kinds under one counter of resourceVersions, as etcd keeps them. Every call is synchronous, so a
 * read and the write that follows it are one step.
 */
export class ObjectStore {
  readonly #journal: ObjectJournal
  readonly #historySize: number
  readonly #objects = new Map<string, KubernetesObject>()
  readonly #history: ObjectChange[] = []
  readonly #listeners = new Set<(change: ObjectChange) => void>()
  #resourceVersion = 1
  #appendedEntries = 0

  /** `historySize` is how many changes a watch can look back; a watch from before them is told to list again. */
  constructor(journalPath: string, historySize: number) {
    this.#journal = new ObjectJournal(journalPath)
    this.#historySize = historySize
    for (const entry of this.#journal.read()) this.#restore(entry)
    this.#oldestVersion = this.#resourceVersion
    this.#compact()
  }

  #oldestVersion: number

  get resourceVersion(): number {
    return this.#resourceVersion
  }

  /** The first resourceVersion from which a watch can still be served. */
  get oldestVersion(): number {
    return this.#oldestVersion
  }

  find(type: ResourceType, namespace: string | undefined, name: string): KubernetesObject | undefined {
    return this.#objects.get(keyOf(type, namespace, name))
  }

  /** The objects of a kind, of one namespace or of all, ordered by namespace and name. */
  list(type: ResourceType, namespace?: string): KubernetesObject[] {
    const prefix = namespace === undefined ? `${type.plural}.${type.group}/` : keyOf(type, namespace, '')
    const keys = [...this.#objects.keys()].filter(key => key.startsWith(prefix)).sort()
    return keys.flatMap(key => this.#objects.get(key) ?? [])
  }

  /** Stores the object and gives it the next resourceVersion; returns it as stored. */
  put(type: ResourceType, object: KubernetesObject): KubernetesObject {
    const key = keyOf(type, object.metadata.namespace, object.metadata.name)
    const previous = this.#objects.get(key)
    const resourceVersion = this.#resourceVersion + 1
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } }
    this.#append({ resourceVersion, key, object: stored })
    this.#objects.set(key, stored)
    this.#publish({ type, resourceVersion, object: stored, previous, isDeleted: false })
    return stored
  }

  remove(type: ResourceType, object: KubernetesObject): void {
    const key = keyOf(type, object.metadata.namespace, object.metadata.name)
    const resourceVersion = this.#resourceVersion + 1
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } }
    this.#append({ resourceVersion, key })
    this.#objects.delete(key)
    this.#publish({ type, resourceVersion, object: last, previous: object, isDeleted: true })
  }

  /** Changes of a kind after a resourceVersion that is not older than `oldestVersion`. */
  changesSince(type: ResourceType, resourceVersion: number): ObjectChange[] {
    return this.#history.filter(change => change.type === type && change.resourceVersion > resourceVersion)
  }

  /** Calls the listener after each change; the result ends that. */
  subscribe(listener: (change: ObjectChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#listeners.clear()
    this.#journal.close()
  }

  #restore(entry: JournalEntry): void {
    this.#resourceVersion = Math.max(this.#resourceVersion, entry.resourceVersion)
    if (entry.object) this.#objects.set(entry.key, entry.object)
    else this.#objects.delete(entry.key)
  }

  #append(entry: JournalEntry): void {
    this.#journal.append(entry)
    this.#resourceVersion = entry.resourceVersion
    this.#appendedEntries += 1
    if (this.#appendedEntries > 20_000 + 10 * this.#objects.size) this.#compact()
  }

  #compact(): void {
    const entries = [...this.#objects].map(([key, object]) => ({
      resourceVersion: Number(object.metadata.resourceVersion),
      key,
      object,
    }))
    // An entry without an object at no key keeps the counter where it was, also when the last change was a delete.
    this.#journal.rewrite([...entries, { resourceVersion: this.#resourceVersion, key: '' }])
    this.#appendedEntries = 0
  }

  #publish(change: ObjectChange): void {
    this.#history.push(change)
    if (this.#history.length > this.#historySize) {
      this.#oldestVersion = this.#history.shift()?.resourceVersion ?? this.#oldestVersion
    }
    for (const listener of [...this.#listeners]) listener(change)
  }
}

function keyOf(type: ResourceType, namespace: string | undefined, name: string): string {
  return `${type.plural}.${type.group}/${type.namespaced ? `${namespace ?? ''}/` : ''}${name}`
}
