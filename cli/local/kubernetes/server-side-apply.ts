import {
  decodeOwners,
  encodeOwners,
  isSameWriter,
  type Ownership,
  ownable,
  rootShape,
  type Writer,
} from './field-ownership.ts'
import {
  appliedFields,
  childPath,
  differenceOf,
  displayPath,
  type FieldSet,
  separator,
  union,
  without,
} from './field-set.ts'
import { type FieldShape, itemElement } from './field-shape.ts'
import {
  isObject,
  isSame,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
  type ManagedFieldsEntry,
} from './kubernetes-object.ts'
import type { ResourceType } from './resource-type.ts'
import { StatusError } from './status-error.ts'

export interface Applied {
  object: KubernetesObject
  managedFields: ManagedFieldsEntry[]
}

/**
 * Merges an applied configuration into the live object: other managers' fields stay, fields the manager applied before and
 * no longer names go, unless somebody else owns them too.
 *
 * @throws StatusError 409 naming every field that another manager owns with another value, unless `force`
 */
export function applyConfiguration(
  type: ResourceType,
  live: KubernetesObject,
  configuration: JsonObject,
  write: { writer: Writer; time: string; force: boolean },
): Applied {
  const shape = rootShape(type)
  const owners = decodeOwners(live.metadata.managedFields ?? [])
  const own = owners.find(owner => isSameWriter(owner, write.writer))
  const others = owners.filter(owner => !isSameWriter(owner, write.writer))
  const fields = ownable(type, write.writer, appliedFields(shape, configuration))
  const object: KubernetesObject = structuredClone(live)
  Object.assign(object, mergeValue(shape, live, configuration))
  const changed = ownable(type, write.writer, differenceOf(shape, live, object).changed)
  if (!write.force) refuseConflicts(others, changed)

  const abandoned = without(own?.fields ?? new Set(), union(fields, ...others.map(owner => owner.fields)))
  for (const path of [...abandoned].sort().reverse()) removePath(shape, object, path, others)
  const left = others.map(owner => ({ ...owner, fields: without(owner.fields, changed) }))
  const isUnchanged = own && without(own.fields, fields).size === 0 && without(fields, own.fields).size === 0
  const time = isUnchanged && isSame(object, live) ? own.time : write.time
  return { object, managedFields: encodeOwners([...left, { ...write.writer, fields, time }]) }
}

function refuseConflicts(others: Ownership[], changed: FieldSet): void {
  const conflicts = others.flatMap(owner =>
    [...owner.fields]
      .filter(path => changed.has(path))
      .map(path => ({ owner: ownerName(owner), field: displayPath(path) })),
  )
  const [first] = conflicts
  if (!first) return
  const causes = conflicts.map(({ owner, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${owner}`,
    field,
  }))
  throw new StatusError(409, 'Conflict', conflictMessage(conflicts), { causes })
}

function conflictMessage(conflicts: { owner: string; field: string }[]): string {
  const [first] = conflicts
  if (conflicts.length === 1 && first)
    return `Apply failed with 1 conflict: conflict with ${first.owner}: ${first.field}`
  const owners = [...new Set(conflicts.map(conflict => conflict.owner))].sort()
  const lines = owners.flatMap(owner => [
    `conflicts with ${owner}:`,
    ...conflicts.filter(conflict => conflict.owner === owner).map(conflict => `- ${conflict.field}`),
  ])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

function ownerName(owner: Ownership): string {
  const subresource = owner.subresource ? ` with subresource "${owner.subresource}"` : ''
  return `"${owner.manager}"${subresource}${owner.operation === 'Update' ? ` using ${owner.apiVersion}` : ''}`
}

function mergeValue(
  shape: FieldShape,
  live: JsonValue | undefined,
  applied: JsonValue | undefined,
): JsonValue | undefined {
  if (applied === undefined) return live
  if (isObject(applied) && isObject(live) && !shape.isAtomic) {
    const merged: JsonObject = { ...live }
    for (const [name, value] of Object.entries(applied)) merged[name] = mergeValue(shape.field(name), live[name], value)
    return merged
  }
  if (Array.isArray(applied) && Array.isArray(live) && shape.listKeys) return mergeItems(shape, live, applied)
  return applied
}

function mergeItems(shape: FieldShape, live: JsonValue[], applied: JsonValue[]): JsonValue[] {
  const items = new Map(live.map(item => [itemElement(shape, item), item]))
  for (const item of applied) {
    const element = itemElement(shape, item)
    items.set(element, mergeValue(shape.items(), items.get(element), item) ?? item)
  }
  return [...items.values()]
}

/** Removes one field or item, and the maps that it leaves empty. */
function removePath(shape: FieldShape, object: JsonObject, path: string, others: Ownership[]): void {
  const below = `${path}${separator}`
  if (others.some(owner => [...owner.fields].some(field => field.startsWith(below)))) return
  removeElements(shape, object, path.split(separator), '')
}

function removeElements(shape: FieldShape, parent: JsonValue | undefined, elements: string[], path: string): void {
  const [element = '', ...rest] = elements
  if (Array.isArray(parent)) {
    const index = parent.findIndex(item => itemElement(shape, item) === element)
    if (index === -1) return
    if (rest.length === 0) parent.splice(index, 1)
    else removeElements(shape.items(), parent[index], rest, childPath(path, element))
  } else if (isObject(parent)) {
    const name = element.slice(2)
    if (rest.length > 0) removeElements(shape.field(name), parent[name], rest, childPath(path, element))
    if (rest.length === 0 || (path && isEmpty(parent[name]))) delete parent[name]
  }
}

function isEmpty(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
