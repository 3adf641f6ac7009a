import { isObject, type JsonObject, type JsonValue } from './kubernetes-object.ts'

/** How one field merges: maps by field, lists by their keys, as a set, or as a whole. */
export interface FieldShape {
  /** True where the value is replaced as a whole. */
  isAtomic: boolean
  /** Keys of an associative list; empty for a set; undefined where the list is atomic. */
  listKeys?: string[]
  /** Values of the keys that an item may leave out. */
  keyDefaults?: Record<string, JsonValue>
  /** True where the empty object already holds this field, so that it has no owner. */
  isAlwaysPresent?: boolean
  isDeclared(field: string): boolean
  field(name: string): FieldShape
  items(): FieldShape
}

/** The identity of an item in an associative list or set, as a FieldsV1 path element. */
export function itemElement(shape: FieldShape, item: JsonValue): string {
  if (shape.listKeys === undefined || shape.listKeys.length === 0) return `v:${JSON.stringify(item)}`
  const source = isObject(item) ? item : {}
  const keys: JsonObject = {}
  for (const key of [...shape.listKeys].sort()) {
    const value = source[key] ?? shape.keyDefaults?.[key]
    if (value !== undefined) keys[key] = value
  }
  return `k:${JSON.stringify(keys)}`
}

/** The shape that a custom resource's schema describes by its x-kubernetes- keywords. */
export function schemaShape(schema: JsonObject): FieldShape {
  const properties = isObject(schema.properties) ? schema.properties : undefined
  const additional = isObject(schema.additionalProperties) ? schema.additionalProperties : undefined
  const listType = schema['x-kubernetes-list-type'] ?? 'atomic'
  const listKeys = schema['x-kubernetes-list-map-keys']
  return {
    isAtomic: schema['x-kubernetes-map-type'] === 'atomic',
    ...(listType === 'set' && { listKeys: [] }),
    ...(listType === 'map' && Array.isArray(listKeys) && { listKeys: listKeys.map(String) }),
    isDeclared: name => additional !== undefined || properties?.[name] !== undefined || properties === undefined,
    field: name => schemaShape(additional ?? (isObject(properties?.[name]) ? properties[name] : {})),
    items: () => schemaShape(isObject(schema.items) ? schema.items : {}),
  }
}
