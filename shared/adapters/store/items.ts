import * as z from 'zod'
import type { Item } from './table-client.ts'

type Shape = z.ZodObject

/**
 * Turns a record into the attributes of an item and back. Instants are RFC 3339 text in the table; every other value
 * is stored as it is.
 */
export interface ItemCodec<T> {
  toAttributes(record: T): Item
  fromItem(item: Item): T
}

export function itemCodec<S extends Shape>(schema: S): ItemCodec<z.infer<S>> {
  const names = Object.keys(schema.shape)
  const stored = withStoredDates(schema)
  return {
    toAttributes: record => encode(record) as Item,
    fromItem: item =>
      stored.parse(
        Object.fromEntries(names.filter(name => item[name] !== undefined).map(name => [name, item[name]])),
      ) as z.infer<S>,
  }
}

function encode(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(encode)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, encode(inner)]])),
  )
}

/** The same schema with every date read from its text. */
function withStoredDates(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDate) return z.coerce.date()
  if (schema instanceof z.ZodExactOptional) return withStoredDates(schema.unwrap() as z.ZodType).exactOptional()
  if (schema instanceof z.ZodReadonly) return withStoredDates(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodArray) return z.array(withStoredDates(schema.element as z.ZodType))
  if (schema instanceof z.ZodObject)
    return z.strictObject(
      Object.fromEntries(
        Object.entries(schema.shape).map(([name, inner]) => [name, withStoredDates(inner as z.ZodType)]),
      ),
    )
  return schema
}
