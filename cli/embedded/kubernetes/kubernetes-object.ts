export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject
export type JsonObject = { [field: string]: JsonValue | undefined }

export type OwnerReference = {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export type ManagedFieldsEntry = {
  manager: string
  operation: string
  apiVersion: string
  time?: string
  fieldsType: string
  fieldsV1: JsonObject
  subresource?: string
}

export type StoredMeta = {
  name: string
  uid: string
  resourceVersion: string
  creationTimestamp: string
  namespace?: string
  generateName?: string
  generation?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  managedFields?: ManagedFieldsEntry[]
}

/** A stored object. What the store hands out is shared between readers: copy before changing. */
export type KubernetesObject = {
  apiVersion: string
  kind: string
  metadata: StoredMeta
  [field: string]: JsonValue | undefined
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at a field, or an empty one where the field is absent or something else. */
export function objectAt(parent: JsonValue | undefined, field: string): JsonObject {
  const value = isObject(parent) ? parent[field] : undefined
  return isObject(value) ? value : {}
}

export function listAt(parent: JsonValue | undefined, field: string): JsonValue[] {
  const value = isObject(parent) ? parent[field] : undefined
  return Array.isArray(value) ? value : []
}

/** The value behind a chain of field names; undefined where the chain breaks. */
export function valueAt(root: JsonValue | undefined, fields: readonly string[]): JsonValue | undefined {
  let value = root
  for (const field of fields) value = isObject(value) ? value[field] : undefined
  return value
}

/** Equality that does not see the order of fields, which a client may change at will. */
export function canonicalJson(value: JsonValue | undefined): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}

export function isSame(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  return left === right || canonicalJson(left) === canonicalJson(right)
}
