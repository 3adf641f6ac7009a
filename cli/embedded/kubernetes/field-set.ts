import { type FieldShape, itemElement } from './field-shape.ts'
import { isObject, isSame, type JsonObject, type JsonValue } from './kubernetes-object.ts'

/** Paths of fields, each the FieldsV1 elements (`f:spec`, `k:{"name":"a"}`, `v:"x"`) joined by line feeds. */
export type FieldSet = ReadonlySet<string>

export const separator = '\n'

export function childPath(path: string, element: string): string {
  return path ? `${path}${separator}${element}` : element
}

export function union(...sets: FieldSet[]): FieldSet {
  return new Set(sets.flatMap(set => [...set]))
}

export function without(set: FieldSet, removed: FieldSet): FieldSet {
  return new Set([...set].filter(path => !removed.has(path)))
}

/** What an applied object claims: its leaves and the items of its associative lists, but not the maps between. */
export function appliedFields(shape: FieldShape, value: JsonValue | undefined, path = ''): string[] {
  const children = childrenOf(shape, value)
  if (!children || children.length === 0) return path && value !== undefined ? [path] : []
  return children.flatMap(([element, childShape, child]) => {
    const inner = childPath(path, element)
    const own = element.startsWith('f:') ? [] : [inner]
    return [...own, ...appliedFields(childShape, child, inner)]
  })
}

/** Every path of a value: the node itself and all below it. */
function allFields(shape: FieldShape, value: JsonValue | undefined, path: string): string[] {
  if (value === undefined) return []
  const children = childrenOf(shape, value) ?? []
  const own = path && !(shape.isAlwaysPresent && isContainer(value)) ? [path] : []
  return [
    ...own,
    ...children.flatMap(([element, childShape, child]) => allFields(childShape, child, childPath(path, element))),
  ]
}

function isContainer(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null
}

type Child = [element: string, shape: FieldShape, value: JsonValue | undefined]

/** The parts in which a value merges; undefined where it is replaced as a whole. */
function childrenOf(shape: FieldShape, value: JsonValue | undefined): Child[] | undefined {
  if (isObject(value) && !shape.isAtomic) {
    return Object.entries(value).map(([name, child]): Child => [`f:${name}`, shape.field(name), child])
  }
  if (Array.isArray(value) && shape.listKeys) {
    const items = shape.items()
    return value.map((item): Child => [itemElement(shape, item), items, item])
  }
  return undefined
}

export interface Difference {
  /** Added or modified. */
  changed: FieldSet
  removed: FieldSet
}

export function differenceOf(shape: FieldShape, old: JsonValue | undefined, next: JsonValue | undefined): Difference {
  const changed = new Set<string>()
  const removed = new Set<string>()
  collect(shape, old, next, '', { changed, removed })
  return { changed, removed }
}

function collect(
  shape: FieldShape,
  old: JsonValue | undefined,
  next: JsonValue | undefined,
  path: string,
  into: { changed: Set<string>; removed: Set<string> },
): void {
  if (isSame(old, next)) return
  const before = childrenOf(shape, old)
  const after = childrenOf(shape, next)
  if (next === undefined) {
    for (const field of allFields(shape, old, path)) into.removed.add(field)
  } else if (old === undefined) {
    for (const field of allFields(shape, next, path)) into.changed.add(field)
  } else if (before && after) {
    const olds = new Map(before.map(child => [child[0], child]))
    const nexts = new Map(after.map(child => [child[0], child]))
    for (const element of new Set([...olds.keys(), ...nexts.keys()])) {
      const childShape = nexts.get(element)?.[1] ?? olds.get(element)?.[1] ?? shape
      collect(childShape, olds.get(element)?.[2], nexts.get(element)?.[2], childPath(path, element), into)
    }
  } else {
    into.changed.add(path)
  }
}

/** Writes a set as FieldsV1. */
export function encodeFields(set: FieldSet): JsonObject {
  const root: JsonObject = {}
  for (const path of [...set].sort()) {
    let node = root
    for (const element of path.split(separator)) {
      const next = node[element]
      const child: JsonObject = isObject(next) ? next : {}
      node[element] = child
      node = child
    }
  }
  return markMembers(root, set, '')
}

function markMembers(node: JsonObject, set: FieldSet, path: string): JsonObject {
  const entries = Object.entries(node).map(([element, child]) => [
    element,
    markMembers(isObject(child) ? child : {}, set, childPath(path, element)),
  ])
  const isInnerMember = entries.length > 0 && set.has(path)
  return { ...(isInnerMember && { '.': {} }), ...Object.fromEntries(entries) }
}

export function decodeFields(fields: JsonObject): FieldSet {
  const set = new Set<string>()
  decodeInto(fields, '', set)
  return set
}

function decodeInto(node: JsonObject, path: string, set: Set<string>): void {
  const elements = Object.entries(node)
  if (path && (elements.length === 0 || node['.'] !== undefined)) set.add(path)
  for (const [element, child] of elements) {
    if (element !== '.' && isObject(child)) decodeInto(child, childPath(path, element), set)
  }
}

/** A path as messages print it: `.spec.containers[name="x"].image`, `.spec.platforms[="a"]`. */
export function displayPath(path: string): string {
  return path.split(separator).map(displayElement).join('')
}

function displayElement(element: string): string {
  const text = element.slice(2)
  if (element.startsWith('f:')) return `.${text}`
  if (element.startsWith('v:')) return `[=${text}]`
  const keys: unknown = JSON.parse(text)
  const pairs = Object.entries(isObject(keys) ? keys : {}).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return `[${pairs.join(',')}]`
}
