import { coreShape } from './core-shape.ts'
import { decodeFields, differenceOf, encodeFields, type FieldSet, separator, union, without } from './field-set.ts'
import type { FieldShape } from './field-shape.ts'
import type { JsonObject, KubernetesObject, ManagedFieldsEntry } from './kubernetes-object.ts'
import type { ResourceType } from './resource-type.ts'

/** Who writes, and how: the identity of one entry of managedFields. */
export interface Writer {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  subresource: string
}

/** The fields of one writer, decoded. */
export interface Ownership extends Writer {
  time: string | undefined
  fields: FieldSet
}

const serverFields = [
  'name',
  'namespace',
  'creationTimestamp',
  'uid',
  'resourceVersion',
  'generation',
  'managedFields',
  'selfLink',
]
const unowned = new Set([
  'f:apiVersion',
  'f:kind',
  'f:metadata',
  ...serverFields.map(field => `f:metadata${separator}f:${field}`),
])

/** The shape of a whole object: metadata merges alike in every kind. */
export function rootShape(type: ResourceType): FieldShape {
  return { ...type.shape, field: name => (name === 'metadata' ? coreShape('metadata') : type.shape.field(name)) }
}

/** Leaves out what the server writes itself and what the other endpoint (object or status) writes. */
export function ownable(type: ResourceType, writer: Writer, fields: Iterable<string>): FieldSet {
  const isForeign = (path: string) =>
    type.hasStatus &&
    path.startsWith('f:status') !== (writer.subresource === 'status') &&
    !isStatusMetadata(type, writer, path)
  const isServerField = (path: string) => unowned.has(path) || path.startsWith(`f:metadata${separator}f:managedFields`)
  return new Set([...fields].filter(path => !isServerField(path) && !isForeign(path)))
}

// A status write on a core kind keeps its labels and annotations; on a custom resource it does not.
function isStatusMetadata(type: ResourceType, writer: Writer, path: string): boolean {
  return writer.subresource === 'status' && !type.isCustom && path.startsWith('f:metadata')
}

export function decodeOwners(entries: readonly ManagedFieldsEntry[]): Ownership[] {
  return entries
    .filter(entry => entry.manager !== undefined)
    .map(entry => ({
      manager: entry.manager,
      operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: entry.apiVersion,
      subresource: entry.subresource ?? '',
      time: entry.time,
      fields: decodeFields(entry.fieldsV1 ?? {}),
    }))
}

export function encodeOwners(owners: readonly Ownership[]): ManagedFieldsEntry[] {
  return [...owners]
    .filter(owner => owner.fields.size > 0)
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    .map(owner => ({
      apiVersion: owner.apiVersion,
      fieldsType: 'FieldsV1',
      fieldsV1: encodeFields(owner.fields),
      manager: owner.manager,
      operation: owner.operation,
      ...(owner.subresource && { subresource: owner.subresource }),
      ...(owner.time !== undefined && { time: owner.time }),
    }))
}

function sortKey(owner: Ownership): string {
  return [owner.operation, owner.time ?? '', owner.manager, owner.apiVersion, owner.subresource].join(separator)
}

export function isSameWriter(owner: Writer, writer: Writer): boolean {
  return (
    owner.manager === writer.manager && owner.operation === writer.operation && owner.subresource === writer.subresource
  )
}

/** Owners after a create, replace or patch: the writer owns what it changed; what it removed has no owner. */
export function ownersAfterUpdate(
  type: ResourceType,
  owners: readonly Ownership[],
  old: KubernetesObject | JsonObject,
  next: KubernetesObject,
  write: { writer: Writer; time: string },
): Ownership[] {
  const { changed, removed } = differenceOf(rootShape(type), old, next)
  const taken = ownable(type, write.writer, changed)
  const others = owners
    .filter(owner => !isSameWriter(owner, write.writer))
    .map(owner => ({ ...owner, fields: without(without(owner.fields, taken), removed) }))
  const own = owners.find(owner => isSameWriter(owner, write.writer))
  const fields = union(without(own?.fields ?? new Set(), removed), taken)
  return [...others, { ...write.writer, time: taken.size > 0 ? write.time : own?.time, fields }]
}
