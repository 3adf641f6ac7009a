import { isObject, type JsonObject, type JsonValue } from './kubernetes-object.ts'

/**
 * Removes what the schema does not declare, in place, and returns the removed paths (`spec.foo`, `spec.items[0].bar`).
 * apiVersion, kind and metadata of the root belong to the server, not to the schema.
 */
export function pruneUnknown(schema: JsonObject, object: JsonObject): string[] {
  const unknown: string[] = []
  const rootProperties = isObject(schema.properties) ? schema.properties : {}
  const properties = { ...rootProperties, apiVersion: {}, kind: {}, metadata: preserve }
  pruneValue({ ...schema, properties }, object, '', unknown)
  return unknown
}

const preserve: JsonObject = { 'x-kubernetes-preserve-unknown-fields': true }

function pruneValue(schema: JsonObject, value: JsonValue | undefined, path: string, unknown: string[]): void {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return
  if (Array.isArray(value)) {
    const items = isObject(schema.items) ? schema.items : preserve
    value.forEach((item, index) => {
      pruneValue(items, item, `${path}[${index}]`, unknown)
    })
  } else if (isObject(value)) {
    pruneFields(schema, value, path, unknown)
  }
}

function pruneFields(schema: JsonObject, object: JsonObject, path: string, unknown: string[]): void {
  const properties = isObject(schema.properties) ? schema.properties : {}
  for (const [name, value] of Object.entries(object)) {
    const child = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties
    const childPath = path ? `${path}.${name}` : name
    if (isObject(child)) {
      pruneValue(child, value, childPath, unknown)
    } else if (child !== true) {
      unknown.push(childPath)
      delete object[name]
    }
  }
}
