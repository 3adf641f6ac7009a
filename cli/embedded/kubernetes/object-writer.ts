import { decodeOwners, encodeOwners, ownersAfterUpdate, type Writer } from './field-ownership.ts'
import {
  isSame,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
  type ManagedFieldsEntry,
} from './kubernetes-object.ts'
import type { ObjectStore } from './object-store.ts'
import { patchedObject } from './patches.ts'
import { checkDeclared, checkKind, checkNamespace, checkUrl, unknownFieldWarnings } from './request-checks.ts'
import type { NamedTarget, RequestTarget } from './request-target.ts'
import { apiVersionOf, type ResourceType } from './resource-type.ts'
import {
  completedUpdate,
  metadataOf,
  newObject,
  sentManagedFields,
  specOf,
  timestamp,
  withoutTimes,
  withServerMetadata,
} from './sent-object.ts'
import { applyConfiguration } from './server-side-apply.ts'
import {
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  invalidValue,
  notFound,
  requiredValue,
  StatusError,
} from './status-error.ts'

export interface WriteOptions {
  manager: string
  dryRun: boolean
  force: boolean
  fieldValidation: string
}

export interface Written {
  object: KubernetesObject
  isCreated: boolean
  /** One text for each field that was dropped, for the Warning header. */
  warnings: string[]
}

/** Create, replace, patch and apply, with what the real server does around each. */
export class ObjectWriter {
  readonly #store: ObjectStore
  readonly #namespaceType: ResourceType

  constructor(store: ObjectStore, namespaceType: ResourceType) {
    this.#store = store
    this.#namespaceType = namespaceType
  }

  create(target: RequestTarget, body: JsonObject, options: WriteOptions): Written {
    const { type } = target
    checkKind(type, body)
    const warnings = unknownFieldWarnings(type, body, options.fieldValidation)
    return withWarnings(warnings, () => this.#insert(target, body, options))
  }

  replace(target: NamedTarget, body: JsonObject, options: WriteOptions): Written {
    const { type, name } = target
    checkKind(type, body)
    const warnings = unknownFieldWarnings(type, body, options.fieldValidation)
    checkUrl(target, body)
    const live = this.#get(target)
    const sent = metadataOf(body)
    if (type.isCustom && !sent.resourceVersion) {
      throw invalid(type.group, type.plural, name, [
        invalidValue('metadata.resourceVersion', 'must be specified for an update', 0),
      ])
    }
    if (sent.uid && sent.uid !== live.metadata.uid) {
      throw conflict(
        type,
        name,
        `StorageError: invalid object, Code: 4, Key: ${storageKey(target)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${sent.uid}, UID in object meta: ${live.metadata.uid}`,
      )
    }
    return withWarnings(warnings, () => ({ object: this.#update(target, live, body, options), isCreated: false }))
  }

  patch(target: NamedTarget, mediaType: string, patch: JsonValue, options: WriteOptions): Written {
    const live = this.#get(target)
    const body = patchedObject(target.type, mediaType, live, patch)
    checkKind(target.type, body)
    const warnings = unknownFieldWarnings(target.type, body, options.fieldValidation, true)
    checkUrl(target, body)
    return withWarnings(warnings, () => ({ object: this.#update(target, live, body, options), isCreated: false }))
  }

  apply(target: NamedTarget, configuration: JsonObject, options: WriteOptions): Written {
    const { type, name } = target
    if (!options.manager) {
      throw invalid('meta.k8s.io', 'PatchOptions', '', [requiredValue('fieldManager', 'is required for apply patch')])
    }
    checkKind(type, configuration)
    checkUrl(target, configuration)
    if (metadataOf(configuration).managedFields) throw badRequest('metadata.managedFields must be nil')
    checkDeclared(target, configuration)
    const live = this.#store.find(type, target.namespace, name)
    if (!live && target.subresource) throw notFound(type, name)
    if (!live) {
      const writer = writerOf(target, options, 'Apply')
      return { ...this.#insert(target, configuration, options, writer), warnings: [] }
    }
    const write = { writer: writerOf(target, options, 'Apply'), time: timestamp(), force: options.force }
    const applied = applyConfiguration(type, live, configuration, write)
    const next = completedUpdate(target, live, withServerMetadata(target, live, applied.object))
    return { object: this.#finish(target, live, next, applied.managedFields, options), isCreated: false, warnings: [] }
  }

  /** Writes a status as the controller that lives inside this server. */
  writeStatus(type: ResourceType, live: KubernetesObject, next: KubernetesObject, manager: string): KubernetesObject {
    const { namespace, name } = live.metadata
    const options = { manager, dryRun: false, force: false, fieldValidation: 'Ignore' }
    return this.#update({ type, namespace, name, subresource: 'status' }, live, next, options)
  }

  #get(target: NamedTarget): KubernetesObject {
    const live = this.#store.find(target.type, target.namespace, target.name)
    if (!live) throw notFound(target.type, target.name)
    return live
  }

  #insert(target: RequestTarget, body: JsonObject, options: WriteOptions, applier?: Writer): Omit<Written, 'warnings'> {
    const { type } = target
    checkNamespace(target, metadataOf(body).namespace)
    const object = newObject(target, body)
    const { name, namespace } = object.metadata
    if (namespace !== undefined && !this.#store.find(this.#namespaceType, undefined, namespace)) {
      throw notFound(this.#namespaceType, namespace)
    }
    if (type.hasStatus && type.isCustom) delete object.status
    const writer = applier ?? writerOf(target, options, 'Update')
    const bare: KubernetesObject = {
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { ...object.metadata },
    }
    const time = timestamp()
    type.complete(object)
    const managedFields = applier
      ? applyConfiguration(type, bare, body, { writer, time, force: false }).managedFields
      : encodeOwners(ownersAfterUpdate(type, [], {}, object, { writer, time }))
    type.admit(object)
    type.count(object, undefined)
    refuseInvalid(type, object, undefined, '')
    if (this.#store.find(type, namespace, name)) throw alreadyExists(type, name)
    const owned = { ...object, metadata: { ...object.metadata, managedFields } }
    return { object: options.dryRun ? owned : this.#store.put(type, owned), isCreated: true }
  }

  #update(target: NamedTarget, live: KubernetesObject, body: JsonObject, options: WriteOptions): KubernetesObject {
    const next = completedUpdate(target, live, withServerMetadata(target, live, body))
    const owners = decodeOwners(sentManagedFields(body) ?? live.metadata.managedFields ?? [])
    const write = { writer: writerOf(target, options, 'Update'), time: timestamp() }
    const managedFields = encodeOwners(ownersAfterUpdate(target.type, owners, live, next, write))
    return this.#finish(target, live, next, managedFields, options)
  }

  #finish(
    target: NamedTarget,
    live: KubernetesObject,
    next: KubernetesObject,
    managedFields: ManagedFieldsEntry[],
    options: WriteOptions,
  ): KubernetesObject {
    const { type, subresource } = target
    if (!subresource) type.count(next, live)
    refuseInvalid(type, next, live, subresource)
    if (managedFields.length > 0) next.metadata.managedFields = managedFields
    else delete next.metadata.managedFields
    if (type.hasGeneration && !isSame(specOf(next), specOf(live)))
      next.metadata.generation = (live.metadata.generation ?? 0) + 1
    if (isSame(withoutTimes(next), withoutTimes(live))) return live
    return options.dryRun ? next : this.#store.put(type, next)
  }
}

function withWarnings(warnings: string[], write: () => Omit<Written, 'warnings'>): Written {
  try {
    return { ...write(), warnings }
  } catch (error) {
    if (error instanceof StatusError) error.warnings.push(...warnings)
    throw error
  }
}

/** Where the real server keeps an object; it shows in the answer to a wrong uid. */
function storageKey({ type, namespace, name }: NamedTarget): string {
  return ['/registry', type.group, type.plural, namespace, name].filter(Boolean).join('/')
}

function writerOf(target: RequestTarget, options: WriteOptions, operation: Writer['operation']): Writer {
  return { manager: options.manager, operation, apiVersion: apiVersionOf(target.type), subresource: target.subresource }
}

function refuseInvalid(
  type: ResourceType,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
  subresource: string,
): void {
  const causes = type.validate(object, old, subresource)
  if (causes.length > 0) throw invalid(type.group, type.kind, object.metadata.name, causes)
}
