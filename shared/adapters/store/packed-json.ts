import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { findJson } from '../../domain/json.ts'
import type { Packing } from './items.ts'
import type { Item } from './table-client.ts'

/**
 * The attributes of these names stand in the table as one, `packed`: JSON, deflated. For long lists of much the same words,
 * of which an item has no room for more than a few thousand as they are.
 */
export const jsonPacking = (names: readonly string[]): Packing => ({
  pack(attributes) {
    const rest = Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)))
    const long = Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name)))
    return { ...rest, packed: new Uint8Array(deflateRawSync(JSON.stringify(long))) }
  },
  unpack(item) {
    const { packed, ...rest } = item
    return packed === undefined ? item : { ...rest, ...unpacked(packed) }
  },
})

/** Nothing for what is no such JSON: the record then lacks what its schema asks for, and cannot be read. */
const unpacked = (packed: unknown): Item =>
  (packed instanceof Uint8Array && (findJson(inflated(packed)) as Item | undefined)) || {}

/** Empty for bytes that are of something else. */
function inflated(packed: Uint8Array): string {
  try {
    return inflateRawSync(packed).toString('utf8')
  } catch {
    return ''
  }
}
