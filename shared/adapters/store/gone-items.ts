import { UnreadableRecordError } from '../../errors.ts'
import { itemKeyText, type Packing, unpacked } from './items.ts'
import { goneRepositoryOf, type Key } from './keys.ts'
import { packRecord, unpackRecord } from './packed-record.ts'
import { table as names } from './table.ts'
import type { Item } from './table-client.ts'

/**
 * An item of what is gone: what its key does not say of the attributes, as bytes. No index has it. Undefined where it would
 * not come back as it is, as with values of a later version that JSON does not have.
 */
export function packGone(key: Key, attributes: Item, expiresAtSeconds: number): Item | undefined {
  const packed = packRecord(attributes, saidBy(key))
  return packed && { ...key, packed, [names.timeToLive]: expiresAtSeconds }
}

/** The item with the attributes that {@link packGone} made bytes of; any other item as it is. @throws UnreadableRecordError */
export function unpackGone(item: Item): Item {
  const { packed, ...rest } = item
  const key = { pk: String(item.pk), sk: String(item.sk) }
  if (packed === undefined || goneRepositoryOf(key) === undefined) return item
  const attributes = packed instanceof Uint8Array ? unpackRecord(packed, saidBy(key)) : undefined
  if (typeof attributes === 'object' && attributes !== null) return { ...rest, ...attributes }
  throw new UnreadableRecordError(itemKeyText(item), 'packed: expected a record as bytes, got something else')
}

/** Reads items of what is gone beside those that stand in their own place, as these are packed. */
export const orGone = ({ pack, unpack }: Packing = unpacked): Packing => ({
  pack,
  unpack: item => unpack(unpackGone(item)),
})

const saidBy = (key: Key): string[] => [goneRepositoryOf(key) ?? '', key.sk]
