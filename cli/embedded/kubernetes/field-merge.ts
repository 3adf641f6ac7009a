import { childPath, type FieldSet, separator } from './field-set.ts'
import { type FieldShape, itemElement } from './field-shape.ts'
import { isObject, type JsonObject, type JsonValue } from './kubernetes-object.ts'

/** The live object with the applied one on it: maps and keyed lists merge, everything else is replaced. */
export function mergeFields(shape: FieldShape, live: JsonObject, applied: JsonObject): JsonObject {
  const merged: JsonObject = { ...live }
  for (const [name, value] of Object.entries(applied)) merged[name] = mergeValue(shape.field(name), live[name], value)
  return merged
}

function mergeValue(
  shape: FieldShape,
  live: JsonValue | undefined,
  applied: JsonValue | undefined,
): JsonValue | undefined {
  if (applied === undefined) return live
  if (isObject(applied) && isObject(live) && !shape.isAtomic) return mergeFields(shape, live, applied)
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

/** Removes fields and items, in place, with the maps that they leave empty; what lies above a kept path stays. */
export function removeFields(shape: FieldShape, object: JsonObject, removed: FieldSet, kept: FieldSet): void {
  // An item goes as a whole before its keys are looked at, which would leave it without identity.
  for (const path of [...removed].sort()) {
    const below = `${path}${separator}`
    if ([...kept].some(field => field.startsWith(below))) continue
    removeElements(shape, object, path.split(separator), '')
  }
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
