import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { findJson } from '../../domain/json.ts'
import { UnreadableRecordError } from '../../errors.ts'
import { itemKeyText, type Packing } from './items.ts'
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
    return packed === undefined ? item : { ...rest, ...unpacked(packed, item) }
  },
})

function unpacked(packed: unknown, item: Item): Item {
  const found = packed instanceof Uint8Array ? findJson(inflated(packed)) : undefined
  if (typeof found === 'object' && found !== null) return found as Item
  throw new UnreadableRecordError(itemKeyText(item), 'packed: expected deflated JSON, got something else')
}

/** Empty for bytes that are of something else. */
function inflated(packed: Uint8Array): string {
  try {
    return inflateRawSync(packed).toString('utf8')
  } catch {
    return ''
  }
}
