import { isDeepStrictEqual } from 'node:util'
import { table as keys } from '../../../shared/adapters/store/table.ts'

/** A value as DynamoDB has it on the wire: `{"S": "text"}`. */
type Value = Readonly<Record<string, unknown>>
export type Item = Readonly<Record<string, Value>>
type Index = (typeof keys.indexes)[keyof typeof keys.indexes]

export const indexes: readonly Index[] = Object.values(keys.indexes)

export const textOf = (value: Value | undefined): string => String(value?.S ?? '')

/** The bytes that an item counts: those of its names and its values. */
export const sizeOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0)

function valueSize(value: Value): number {
  if (typeof value.S === 'string') return Buffer.byteLength(value.S)
  if (typeof value.B === 'string') return Buffer.byteLength(value.B, 'base64')
  if (value.B instanceof Uint8Array) return value.B.byteLength
  if (typeof value.N === 'string') return Math.ceil(value.N.length / 2) + 1
  if (Array.isArray(value.L)) return value.L.reduce((sum: number, one: Value) => sum + 1 + valueSize(one), 3)
  if (value.M) return 3 + Object.keys(value.M).length + sizeOf(value.M as Item)
  return 1
}

/** What an index holds of an item; undefined where the item has not both of its keys. */
export function projected(index: Index, item: Item): Item | undefined {
  if (!item[index.partitionKey] || !item[index.sortKey]) return undefined
  if (!index.projected) return item
  const names = new Set<string>([
    keys.partitionKey,
    keys.sortKey,
    index.partitionKey,
    index.sortKey,
    ...index.projected,
  ])
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)))
}

/** The name of the index's partition that an item is in. */
export const indexPartition = ({ name, partitionKey }: Index, item: Item): string =>
  `${name} ${textOf(item[partitionKey])}`

/** Items of equal keys of the index stand side by side. */
export const indexPlace = ({ sortKey }: Index, { pk, sk, ...item }: Item): string =>
  [textOf(item[sortKey]), textOf(pk), textOf(sk)].join('\u0001')

const kilobytes = (item: Item): number => Math.ceil(sizeOf(item) / 1024)

/**
 * Write units of an index for an item that took the place of another: nothing where its copy stays as it is, a removal and
 * an addition where its keys changed.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html (write capacity units)
 */
export function indexUnits(index: Index, item: Item | undefined, old: Item | undefined): number {
  const copy = item && projected(index, item)
  const before = old && projected(index, old)
  if (!copy || !before) return (copy ? kilobytes(copy) : 0) + (before ? kilobytes(before) : 0)
  const isMoved = [index.partitionKey, index.sortKey].some(name => textOf(copy[name]) !== textOf(before[name]))
  if (isMoved) return kilobytes(copy) + kilobytes(before)
  return isDeepStrictEqual(copy, before) ? 0 : Math.max(kilobytes(copy), kilobytes(before))
}

/** Whether a condition of the store's holds for the item that stands there. */
export function isMet(condition: string, before: Item | undefined, values: Item = {}): boolean {
  const [one = '', other] = condition.split(' OR ')
  if (other !== undefined) return isMet(one, before, values) || isMet(other, before, values)
  const absent = /^attribute_not_exists\(#?(\w+)\)$/.exec(condition)?.[1]
  if (absent !== undefined) return before?.[absent] === undefined
  const [, name = '', value = ''] = /^#(\w+) = (:\w+)$/.exec(condition) ?? []
  if (name === '') throw new Error(`expected a condition that the store makes, got ${condition}`)
  return before?.[name] !== undefined && JSON.stringify(before[name]) === JSON.stringify(values[value])
}

export interface KeyRange {
  readonly pk: string
  readonly from: string
  readonly to: string
}

/** Behind every sort key that begins with a text. */
const behind = '\uFFFF'

/** Which keys a query of the store asks for. */
export function rangeOf(condition: string, values: Item = {}): KeyRange {
  const pk = textOf(values[':pk'] ?? values[':partition'])
  if (condition.includes('begins_with')) {
    const prefix = textOf(values[':prefix'])
    return { pk, from: prefix, to: `${prefix}${behind}` }
  }
  if (condition.includes('BETWEEN'))
    return { pk, from: textOf(values[':from']), to: `${textOf(values[':to'])}${values[':partition'] ? '\u0002' : ''}` }
  if (/ AND /.test(condition)) throw new Error(`expected a query that the store makes, got ${condition}`)
  return { pk, from: '', to: behind }
}
