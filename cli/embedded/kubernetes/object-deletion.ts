import { isObject, type JsonObject, type KubernetesObject } from './kubernetes-object.ts'
import type { ObjectStore } from './object-store.ts'
import type { ResourceType } from './resource-type.ts'
import type { ObjectMatcher } from './selectors.ts'
import type { NamedResource } from './status-error.ts'
import { conflict, forbidden, notFound } from './status-error.ts'

export interface DeleteOptions {
  uid: string | undefined
  resourceVersion: string | undefined
  /** False with propagationPolicy Orphan. */
  cascades: boolean
  dryRun: boolean
}

const undeletable = new Set(['default', 'kube-public', 'kube-system'])

/** Reads DeleteOptions from a body, or from the query where kubectl's older clients put them. */
export function deleteOptionsOf(body: JsonObject, query: URLSearchParams): DeleteOptions {
  const { uid, resourceVersion } = isObject(body.preconditions) ? body.preconditions : {}
  const policy = body.propagationPolicy ?? query.get('propagationPolicy')
  return {
    uid: typeof uid === 'string' ? uid : undefined,
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : undefined,
    cascades: policy !== 'Orphan' && body.orphanDependents !== true,
    dryRun: query.has('dryRun') || body.dryRun !== undefined,
  }
}

/** Deletes at once, with what lies in a deleted namespace and what a deleted object owns: there are no finalizers here. */
export class ObjectDeletion {
  readonly #store: ObjectStore
  readonly #types: readonly ResourceType[]

  constructor(store: ObjectStore, types: readonly ResourceType[]) {
    this.#store = store
    this.#types = types
  }

  deleteOne(type: ResourceType, namespace: string | undefined, name: string, options: DeleteOptions): KubernetesObject {
    const object = this.#store.find(type, namespace, name)
    if (type.kind === 'Namespace' && undeletable.has(name))
      throw forbidden(type, name, 'this namespace may not be deleted')
    if (!object) throw notFound(type, name)
    checkPreconditions(type, object, options)
    if (!options.dryRun) this.#remove(type, object, options.cascades)
    return object
  }

  deleteMatching(
    type: ResourceType,
    namespace: string | undefined,
    matches: ObjectMatcher,
    options: DeleteOptions,
  ): KubernetesObject[] {
    const objects = this.#store.list(type, namespace).filter(matches)
    if (!options.dryRun) for (const object of objects) this.#remove(type, object, options.cascades)
    return objects
  }

  #remove(type: ResourceType, object: KubernetesObject, cascades: boolean): void {
    if (!this.#store.find(type, object.metadata.namespace, object.metadata.name)) return
    this.#store.remove(type, object)
    if (type.kind === 'Namespace')
      this.#removeWhere(
        type => type.namespaced,
        object.metadata.name,
        () => true,
      )
    else if (cascades)
      this.#removeWhere(
        () => true,
        object.metadata.namespace,
        dependent => isOwnedBy(dependent, object),
      )
  }

  #removeWhere(
    isCovered: (type: ResourceType) => boolean,
    namespace: string | undefined,
    matches: ObjectMatcher,
  ): void {
    for (const type of this.#types.filter(isCovered)) {
      for (const object of this.#store.list(type, namespace).filter(matches)) this.#remove(type, object, true)
    }
  }
}

function isOwnedBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return object.metadata.ownerReferences?.some(reference => reference.uid === owner.metadata.uid) ?? false
}

function checkPreconditions(type: ResourceType, object: KubernetesObject, options: DeleteOptions): void {
  const { name, uid, resourceVersion } = object.metadata
  const byKind: NamedResource = { ...type, plural: type.kind }
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`
    throw conflict(byKind, name, why)
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`
    throw conflict(byKind, name, why)
  }
}
