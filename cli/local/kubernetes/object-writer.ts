import { randomBytes, randomUUID } from 'node:crypto'
import { decodeOwners, encodeOwners, ownersAfterUpdate, type Writer } from './field-ownership.ts'
import {
  canonicalJson,
  isObject,
  isSame,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
  type ManagedFieldsEntry,
  type ObjectMeta,
} from './kubernetes-object.ts'
import { immutableMetadataCauses } from './object-metadata.ts'
import type { ObjectStore } from './object-store.ts'
import { checkKind, patchedObject } from './patches.ts'
import type { RequestTarget } from './request-target.ts'
import { apiVersionOf, type ResourceType } from './resource-type.ts'
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

type NamedTarget = RequestTarget & { name: string }

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
    const warnings = unknownFieldWarnings(type, body, options)
    return withWarnings(warnings, () => this.#insert(target, body, options))
  }

  replace(target: NamedTarget, body: JsonObject, options: WriteOptions): Written {
    const { type, name } = target
    checkKind(type, body)
    const warnings = unknownFieldWarnings(type, body, options)
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
    const warnings = unknownFieldWarnings(target.type, body, options, true)
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

function metadataOf(body: JsonObject): JsonObject {
  return isObject(body.metadata) ? body.metadata : {}
}

// A client may hand over ownership by writing managedFields itself, as kubectl does when it migrates to server-side apply.
function sentManagedFields(body: JsonObject): ManagedFieldsEntry[] | undefined {
  const { managedFields } = metadataOf(body)
  return Array.isArray(managedFields) ? managedFields.filter(isManagedFieldsEntry) : undefined
}

function isManagedFieldsEntry(entry: JsonValue): entry is ManagedFieldsEntry {
  return (
    isObject(entry) &&
    typeof entry.manager === 'string' &&
    typeof entry.apiVersion === 'string' &&
    isObject(entry.fieldsV1)
  )
}

function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`
}

function writerOf(target: RequestTarget, options: WriteOptions, operation: Writer['operation']): Writer {
  return { manager: options.manager, operation, apiVersion: apiVersionOf(target.type), subresource: target.subresource }
}

function unknownFieldWarnings(
  type: ResourceType,
  body: JsonObject,
  options: WriteOptions,
  isPatched = false,
): string[] {
  if (options.fieldValidation === 'Ignore') return []
  const warnings = type.unknownFields(body).map(field => `unknown field "${field}"`)
  if (warnings.length === 0 || options.fieldValidation !== 'Strict') return warnings
  const why = `strict decoding error: ${warnings.join(', ')}`
  if (!isPatched) {
    throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${why}`)
  }
  throw invalid('', '', '', [invalidValue('patch', why, canonicalJson(body))])
}

function checkUrl(target: NamedTarget, body: JsonObject): void {
  const { name, namespace } = metadataOf(body)
  if (name !== undefined && name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`)
  }
  checkNamespace(target, namespace)
}

function checkNamespace(target: RequestTarget, namespace: JsonValue | undefined): void {
  if (namespace && namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
}

/** An applied configuration may name no field and no type that the schema does not: the real server answers 500. */
function checkDeclared({ type, namespace, name }: NamedTarget, configuration: JsonObject): void {
  const problems = [
    ...type.typeErrors(configuration),
    ...type.unknownFields(configuration).map(field => `.${field}: field not declared in schema`),
  ]
  if (problems.length === 0) return
  const where = `${namespace ? `${namespace}/` : ''}${name}; ${apiVersionOf(type)}, Kind=${type.kind}`
  const list =
    problems.length === 1 ? ` ${problems[0]}` : ` errors:\n${problems.map(problem => `  ${problem}`).join('\n')}`
  throw new StatusError(500, undefined, `failed to create typed patch object (${where}):${list}`)
}

function newObject(target: RequestTarget, body: JsonObject): KubernetesObject {
  const { type, namespace } = target
  const sent = structuredClone(metadataOf(body))
  checkNamespace(target, sent.namespace)
  const { resourceVersion: _, managedFields: __, ...kept } = sent
  const generateName = String(sent.generateName ?? '')
  const metadata: ObjectMeta = {
    ...kept,
    name: String(sent.name ?? (generateName && `${generateName}${randomBytes(3).toString('hex').slice(0, 5)}`)),
    ...(type.namespaced && namespace !== undefined && { namespace }),
    uid: randomUUID(),
    resourceVersion: '',
    creationTimestamp: timestamp(),
    ...(type.hasGeneration && { generation: 1 }),
  }
  return { ...structuredClone(body), apiVersion: apiVersionOf(type), kind: type.kind, metadata }
}

/** The sent object with the metadata that only the server writes, and with what the endpoint does not write. */
function withServerMetadata(target: NamedTarget, live: KubernetesObject, body: JsonObject): KubernetesObject {
  const { type, name, subresource } = target
  const { apiVersion, kind } = live
  const sent: KubernetesObject = {
    ...structuredClone(body),
    apiVersion,
    kind,
    metadata: { ...live.metadata, ...metadataOf(body) },
  }
  const { resourceVersion } = sent.metadata
  if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) throw conflict(type, name)
  const causes = immutableMetadataCauses(sent, live)
  if (causes.length > 0) throw invalid(type.group, type.kind, name, causes)
  const { uid, creationTimestamp, generation, namespace } = live.metadata
  const metadata: ObjectMeta = {
    ...(subresource && type.isCustom ? live.metadata : metadataOf(body)),
    name,
    ...(namespace !== undefined && { namespace }),
    uid,
    creationTimestamp,
    resourceVersion: live.metadata.resourceVersion,
    ...(generation !== undefined && { generation }),
  }
  return { ...sent, metadata }
}

function completedUpdate(target: NamedTarget, live: KubernetesObject, next: KubernetesObject): KubernetesObject {
  const { type, subresource } = target
  const object: KubernetesObject =
    subresource === 'status' ? { ...structuredClone(live), metadata: next.metadata, status: next.status } : next
  if (type.hasStatus && subresource !== 'status') object.status = live.status
  for (const field of Object.keys(object)) if (object[field] === undefined) delete object[field]
  type.complete(object)
  return object
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

function specOf(object: KubernetesObject): JsonObject {
  const { metadata: _, status: __, ...rest } = object
  return rest
}

function withoutTimes(object: KubernetesObject): JsonObject {
  const managedFields = object.metadata.managedFields?.map(({ time: _, ...entry }) => entry)
  return { ...object, metadata: { ...object.metadata, ...(managedFields && { managedFields }) } }
}
