import type { FieldShape } from './field-shape.ts'
import { isObject, type JsonObject, type JsonValue } from './kubernetes-object.ts'

/**
 * A strategic merge patch, as kubectl sends it for core kinds: maps merge, null removes, lists with a merge key merge by
 * it, other lists are replaced. Directives: `$patch` (delete, replace), `$retainKeys`, `$setElementOrder/…` and
 * `$deleteFromPrimitiveList/…`.
 */
export function strategicMerge(shape: FieldShape, target: JsonValue | undefined, patch: JsonObject): JsonObject {
  if (patch.$patch === 'replace') return plainFields(patch)
  if (patch.$patch === 'delete') return {}
  const merged: JsonObject = isObject(target) ? retainedFields(target, patch.$retainKeys) : {}
  for (const [name, value] of Object.entries(patch)) {
    if (!name.startsWith('$')) mergeField(shape.field(name), merged, name, value, patch)
  }
  for (const [name, removed] of Object.entries(patch)) removeFromList(merged, name, removed)
  return merged
}

function mergeField(
  shape: FieldShape,
  merged: JsonObject,
  name: string,
  value: JsonValue | undefined,
  patch: JsonObject,
): void {
  const [key] = shape.listKeys ?? []
  if (value === null) {
    delete merged[name]
  } else if (isObject(value)) {
    merged[name] = strategicMerge(shape, merged[name], value)
  } else if (Array.isArray(value) && shape.listKeys) {
    const current = merged[name]
    const items = mergeItems(shape, Array.isArray(current) ? current : [], value, key)
    merged[name] = ordered(items, patch[`$setElementOrder/${name}`], key)
  } else {
    merged[name] = value
  }
}

// The first key alone identifies an item in a strategic merge, unlike in server-side apply.
function mergeItems(
  shape: FieldShape,
  current: JsonValue[],
  patches: JsonValue[],
  key: string | undefined,
): JsonValue[] {
  if (key === undefined) return [...new Set([...current, ...patches])]
  if (patches.some(patch => isObject(patch) && patch.$patch === 'replace'))
    return patches.filter(patch => isObject(patch) && !patch.$patch)
  const items = new Map(current.map(item => [keyValue(item, key), item]))
  for (const patch of patches) {
    if (!isObject(patch)) continue
    const id = keyValue(patch, key)
    if (patch.$patch === 'delete') items.delete(id)
    else items.set(id, strategicMerge(shape.items(), items.get(id), patch))
  }
  return [...items.values()]
}

function keyValue(item: JsonValue, key: string): JsonValue | undefined {
  return isObject(item) ? item[key] : item
}

function ordered(items: JsonValue[], order: JsonValue | undefined, key: string | undefined): JsonValue[] {
  if (!Array.isArray(order)) return items
  const idOf = (item: JsonValue) => (key === undefined ? item : keyValue(item, key))
  const ranks = new Map(order.map((item, index) => [idOf(item), index]))
  const rank = (item: JsonValue) => ranks.get(idOf(item) ?? null) ?? ranks.size
  return items.toSorted((a, b) => rank(a) - rank(b))
}

function removeFromList(merged: JsonObject, directive: string, removed: JsonValue | undefined): void {
  if (!directive.startsWith('$deleteFromPrimitiveList/') || !Array.isArray(removed)) return
  const name = directive.slice(directive.indexOf('/') + 1)
  const current = merged[name]
  if (Array.isArray(current)) merged[name] = current.filter(item => !removed.includes(item))
}

function retainedFields(target: JsonObject, retainKeys: JsonValue | undefined): JsonObject {
  if (!Array.isArray(retainKeys)) return { ...target }
  return Object.fromEntries(Object.entries(target).filter(([name]) => retainKeys.includes(name)))
}

function plainFields(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([name]) => !name.startsWith('$')))
}
