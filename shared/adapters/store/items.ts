import type * as z from 'zod'
import { issueText } from '../../domain/issue-text.ts'
import { UnreadableRecordError } from '../../errors.ts'
import { storedSchemaOf } from './stored-schema.ts'
import { table } from './table.ts'
import type { Item } from './table-client.ts'
import { unknownValueIn } from './unknown-values.ts'

type Shape = z.ZodObject

/**
 * Turns a record into the attributes of an item and back. Instants are RFC 3339 text in the table; every other value
 * is stored as it is.
 *
 * Items of other versions are read tolerantly: what the schema does not know, at the top and below, is kept on the
 * record and written back, and so is a value that an enumeration does not have, which `unclear` then names.
 */
export interface ItemCodec<T> {
  toAttributes(record: T): Item
  /** The same before anything is packed. */
  attributesOf(record: T): Item
  /** @throws UnreadableRecordError */
  fromItem(item: Item): T
  /** What a record has that the schema does not know. */
  unknownOf(record: object): Item
  /** The record with the mark that it would have if it were read. */
  marked<R extends T>(record: R): R
}

/** Written by the store for itself. When an item expires is of a record only where its schema says so. */
const ownAttributes: readonly string[] = [
  table.partitionKey,
  table.sortKey,
  table.timeToLive,
  ...Object.values(table.indexes).flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]),
]

/** Names the values that this version does not know; it is set on records that were read, and never in the table. */
const unclear = 'unclear'

/** How attributes stand in the table where that is another way than the record says; one undoes the other. */
export interface Packing {
  pack(attributes: Item): Item
  /** Also of an item that was never packed. @throws UnreadableRecordError */
  unpack(item: Item): Item
}

export const unpacked: Packing = { pack: attributes => attributes, unpack: item => item }

export function itemCodec<S extends Shape>(schema: S, { pack, unpack }: Packing = unpacked): ItemCodec<z.infer<S>> {
  const known = new Set(Object.keys(schema.shape))
  const isOwn = new Set([unclear, ...ownAttributes.filter(name => !known.has(name))])
  const stored = storedSchemaOf(schema)
  const unknownValue = unknownValueIn(schema)
  const unknownOf = (record: object): Item =>
    Object.fromEntries(Object.entries(record).filter(([name]) => !known.has(name) && !isOwn.has(name)))
  const marked = <R extends z.infer<S>>(record: R): R => {
    const found = unknownValue?.(record)
    if (found === undefined && !(unclear in record)) return record
    const { [unclear]: _, ...rest } = record as R & { unclear?: string }
    return { ...rest, ...(found !== undefined && { [unclear]: `${found}, a value of a later version` }) } as R
  }
  const attributesOf = (record: z.infer<S>): Item => {
    const { [unclear]: _, ...attributes } = encode(record) as Item
    return attributes
  }
  return {
    attributesOf,
    toAttributes: record => pack(attributesOf(record)),
    marked,
    fromItem: item => {
      const attributes = Object.fromEntries(Object.entries(unpack(item)).filter(([name]) => !isOwn.has(name)))
      const parsed = stored.safeParse(attributes)
      if (!parsed.success)
        throw new UnreadableRecordError(itemKeyText(item), issueText(parsed.error, attributes, 'record'))
      return marked(parsed.data as z.infer<S>)
    },
    unknownOf,
  }
}

/** Partition key and sort key, with a space between, as errors name an item. */
export const itemKeyText = (item: Item): string => `${item[table.partitionKey]} ${item[table.sortKey]}`

function encode(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(encode)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, encode(inner)]])),
  )
}
