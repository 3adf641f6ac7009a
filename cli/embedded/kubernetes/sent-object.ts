import { randomBytes, randomUUID } from 'node:crypto'
import {
  isObject,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
  type ManagedFieldsEntry,
  type StoredMeta,
} from './kubernetes-object.ts'
import { immutableMetadataCauses } from './object-metadata.ts'
import type { NamedTarget, RequestTarget } from './request-target.ts'
import { apiVersionOf } from './resource-type.ts'
import { conflict, invalid } from './status-error.ts'

export function metadataOf(body: JsonObject): JsonObject {
  return isObject(body.metadata) ? body.metadata : {}
}

/** A client may hand over ownership by writing managedFields itself, as kubectl does when it migrates to server-side apply. */
export function sentManagedFields(body: JsonObject): ManagedFieldsEntry[] | undefined {
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

/** The present second, as metadata writes it. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`
}

/** A sent object with the identity that a create gives it. */
export function newObject(target: RequestTarget, body: JsonObject): KubernetesObject {
  const { type, namespace } = target
  const sent = structuredClone(metadataOf(body))
  const { resourceVersion: _, managedFields: __, ...kept } = sent
  const generateName = String(sent.generateName ?? '')
  const metadata: StoredMeta = {
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
export function withServerMetadata(target: NamedTarget, live: KubernetesObject, body: JsonObject): KubernetesObject {
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
  const metadata: StoredMeta = {
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

/** The object as an update stores it: the main endpoint leaves the status alone, and the status endpoint all else. */
export function completedUpdate(target: NamedTarget, live: KubernetesObject, next: KubernetesObject): KubernetesObject {
  const { type, subresource } = target
  const object: KubernetesObject =
    subresource === 'status' ? { ...structuredClone(live), metadata: next.metadata, status: next.status } : next
  if (type.hasStatus && subresource !== 'status') object.status = live.status
  for (const field of Object.keys(object)) if (object[field] === undefined) delete object[field]
  type.complete(object)
  return object
}

/** Everything whose change makes a new generation. */
export function specOf(object: KubernetesObject): JsonObject {
  const { metadata: _, status: __, ...rest } = object
  return rest
}

/** The object without the times of its managers: a write that changes only those changes nothing. */
export function withoutTimes(object: KubernetesObject): JsonObject {
  const managedFields = object.metadata.managedFields?.map(({ time: _, ...entry }) => entry)
  return { ...object, metadata: { ...object.metadata, ...(managedFields && { managedFields }) } }
}
