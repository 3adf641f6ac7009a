import { orderByStart } from '../../shared/domain/retention/listing/order-by-start.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { blockRows, digestBytes, digestTextAt, type StoredBlock } from './image-block.ts'

/** The rows in the order of their digests. Throws InvalidInputError for a digest that is there twice. */
export const orderRows = (rows: Uint32Array, blocks: readonly StoredBlock[]): Uint32Array => {
  if (rows.length < 2) return rows
  const digestsOf = (place: number): Uint8Array =>
    (blocks[Math.floor((rows[place] as number) / blockRows)] as StoredBlock).digests
  const startOf = (place: number): number => ((rows[place] as number) % blockRows) * digestBytes
  const digestOf = (place: number): Uint8Array =>
    digestsOf(place).subarray(startOf(place), startOf(place) + digestBytes)
  const order = orderByStart({
    size: rows.length,
    startOf: place => {
      const [digests, start] = [digestsOf(place), startOf(place)]
      return ((digests[start] as number) << 16) | ((digests[start + 1] as number) << 8) | (digests[start + 2] as number)
    },
    compare: (a, b) => Buffer.compare(digestOf(a), digestOf(b)),
    onTwice: place => {
      throw new InvalidInputError(
        `expected each digest once, got ${digestTextAt(digestsOf(place), startOf(place))} twice`,
      )
    },
  })
  return order.map(place => rows[place] as number)
}
