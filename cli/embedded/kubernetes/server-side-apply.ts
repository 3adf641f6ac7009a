import { refuseConflicts } from './apply-conflicts.ts'
import { mergeFields, removeFields } from './field-merge.ts'
import { decodeOwners, encodeOwners, isSameWriter, ownable, rootShape, type Writer } from './field-ownership.ts'
import { appliedFields, differenceOf, type FieldSet, union, without } from './field-set.ts'
import type { FieldShape } from './field-shape.ts'
import {
  canonicalJson,
  isObject,
  isSame,
  type JsonObject,
  type KubernetesObject,
  type ManagedFieldsEntry,
} from './kubernetes-object.ts'
import type { ResourceType } from './resource-type.ts'

export interface Applied {
  object: KubernetesObject
  managedFields: ManagedFieldsEntry[]
}

/**
 * Merges an applied configuration into the live object: other managers' fields stay, fields the manager applied before and
 * no longer names go, unless another manager owns them too.
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
  const object: KubernetesObject = structuredClone({ ...live, ...mergeFields(shape, live, configuration) })
  const changed = ownable(type, write.writer, differenceOf(shape, live, object).changed)
  const lastApplied = write.writer.manager === 'kubectl' ? lastAppliedOf(live) : undefined
  if (!write.force) refuseConflicts(others, without(changed, migratedFields(shape, live, lastApplied)))

  const kept = union(fields, ...others.map(owner => owner.fields))
  removeFields(shape, object, without(own?.fields ?? new Set(), kept), kept)
  if (lastApplied) noteLastApplied(object, configuration)
  const left = others.map(owner => ({ ...owner, fields: without(owner.fields, changed) }))
  const isUnchanged = own && isSameSet(own.fields, fields) && isSame(object, live)
  return {
    object,
    managedFields: encodeOwners([...left, { ...write.writer, fields, time: isUnchanged ? own.time : write.time }]),
  }
}

const lastAppliedKey = 'kubectl.kubernetes.io/last-applied-configuration'

function lastAppliedOf(live: KubernetesObject): JsonObject | undefined {
  const text = live.metadata.annotations?.[lastAppliedKey]
  const value: unknown = text === undefined ? undefined : JSON.parse(text)
  return isObject(value) ? value : undefined
}

/** What client-side apply wrote and no other manager changed since: kubectl may take it over without a conflict. */
function migratedFields(shape: FieldShape, live: KubernetesObject, lastApplied: JsonObject | undefined): FieldSet {
  if (!lastApplied) return new Set()
  const differing = differenceOf(shape, live, mergeFields(shape, live, lastApplied)).changed
  return without(new Set(appliedFields(shape, lastApplied)), differing)
}

// As the real server does, so that a later client-side apply starts from what was applied last.
function noteLastApplied(object: KubernetesObject, configuration: JsonObject): void {
  object.metadata.annotations = {
    ...object.metadata.annotations,
    [lastAppliedKey]: `${canonicalJson(configuration)}\n`,
  }
}

function isSameSet(left: FieldSet, right: FieldSet): boolean {
  return left.size === right.size && without(left, right).size === 0
}
