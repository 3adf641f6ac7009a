import { isDeepStrictEqual } from 'node:util'
import { UnreadableRecordError } from '../../errors.ts'
import { itemKeyText, type Packing } from './items.ts'
import { packBegin, unpackBegin } from './packed-begin.ts'
import { packBlobs, unpackBlobs } from './packed-blobs.ts'
import { hashAt, hashBytes, packHash, packUuids, uuidAt, uuidBytes } from './packed-hex.ts'
import type { Item } from './table-client.ts'

/**
 * Images take less room than their records say. Of `blobs` the first, which is the config, stands as it is, and the others
 * are bytes in `packed`; so are the hash of a mark's policy and the uids of `markedFor`. What a mark says in the words of the entry beside it stands once,
 * in the entry.
 *
 * A version that does not know `packed` reads an image with its config, so that a workload which names that still protects
 * it; layers that it does not see count as nothing that would be freed. Of a mark it reads no reason, hash and owner: it makes
 * it anew, with the whole grace.
 */
export const imagePacking: Packing = {
  pack: attributes => pack(packBegin(attributes)),
  unpack: item => unpack(unpackBegin(item)),
}

/** First of the bytes: which words of the mark are those of the entry, and whether uids come next, and a hash. */
const flag = { reason: 1, facts: 2, owner: 4, hash: 8 } as const
const knownFlags = flag.reason | flag.facts | flag.owner | flag.hash
const words = ['reason', 'facts'] as const
const ownerBytes = 2 * uuidBytes

function pack(attributes: Item): Item {
  const { blobs, mark, markedFor, ...rest } = attributes
  const layers = Array.isArray(blobs) && blobs.length > 1 ? packBlobs(blobs) : undefined
  const owner = mark && markedFor && packOwner(markedFor)
  const hash = packHash(mark?.policyHash)
  const shared = sharedWords(mark, attributes.change)
  const flags = shared.reduce((sum, name) => sum | flag[name], (owner ? flag.owner : 0) | (hash ? flag.hash : 0))
  if (layers === undefined && flags === 0) return attributes
  return {
    ...rest,
    ...(blobs && { blobs: layers ? blobs.slice(0, 1) : blobs }),
    ...(mark && { mark: { ...mark, ...emptied(shared), ...(hash && { policyHash: '' }) } }),
    ...(markedFor && !owner && { markedFor }),
    packed: Uint8Array.of(flags, ...(owner ?? []), ...(hash ?? []), ...(layers ?? [])),
  }
}

const emptied = (names: readonly (typeof words)[number][]) =>
  Object.fromEntries(names.map(name => [name, name === 'facts' ? [] : '']))

/** Whatever else a later version knows of it would be lost. */
const packOwner = ({ policyUid, namespaceUid, ...rest }: Item): Uint8Array | undefined =>
  Object.keys(rest).length > 0 ? undefined : packUuids([policyUid, namespaceUid])

/** Which words of the mark are those of the entry; empty ones are not worth it. */
const sharedWords = (mark: Item | undefined, change: Item | undefined) =>
  words.filter(
    name => mark && tellsOfMark(change) && mark[name]?.length > 0 && isDeepStrictEqual(mark[name], change?.[name]),
  )

/** Entries in which a mark is told by its own words. */
const tellsOfMark = (change: Item | undefined): boolean =>
  change?.action === 'marked' || change?.action === 'deletion-started'

/** @throws UnreadableRecordError for bytes that {@link pack} does not make */
function unpack(item: Item): Item {
  const { packed, ...attributes } = item
  if (packed === undefined) return item
  const bytes = bytesOf(packed)
  const [flags = knownFlags + 1] = bytes ?? []
  const hashStart = 1 + (flags & flag.owner ? ownerBytes : 0)
  const blobsAt = hashStart + (flags & flag.hash ? hashBytes : 0)
  const layers = bytes && bytes.length >= blobsAt ? unpackBlobs(bytes.subarray(blobsAt)) : undefined
  if (bytes === undefined || layers === undefined || flags > knownFlags)
    throw new UnreadableRecordError(itemKeyText(item), 'packed: expected words and blobs as bytes, got something else')
  return {
    ...attributes,
    ...blobsOf(attributes, layers),
    ...markOf(attributes, flags, flags & flag.hash ? hashAt(bytes, hashStart) : ''),
    ...(flags & flag.owner && attributes.mark && ownerOf(attributes, bytes)),
  }
}

/** A version that carried them over without knowing them has written them byte by byte, by their places. */
function bytesOf(packed: unknown): Uint8Array | undefined {
  if (packed instanceof Uint8Array) return packed
  if (typeof packed !== 'object' || packed === null) return undefined
  const values = Object.keys(packed).map((_, place) => (packed as Readonly<Record<number, unknown>>)[place])
  return values.every(isByte) ? Uint8Array.from(values) : undefined
}

const isByte = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256

/** A version that carried the bytes over without knowing them may have written all blobs beside them. */
const blobsOf = ({ blobs }: Item, layers: readonly Item[]): Item =>
  Array.isArray(blobs) && blobs.length === 1 ? { blobs: [...blobs, ...layers] } : {}

/** The same version may have written another mark, or another entry. */
function markOf({ mark, change }: Item, flags: number, policyHash: string): Item {
  if (mark === undefined) return {}
  const told = tellsOfMark(change) ? words.filter(name => flags & flag[name] && mark[name]?.length === 0) : []
  return {
    mark: {
      ...mark,
      ...(mark.policyHash === '' && { policyHash }),
      ...Object.fromEntries(told.map(name => [name, change?.[name]])),
    },
  }
}

/** One that it wrote for another mark stands. */
const ownerOf = ({ markedFor }: Item, bytes: Uint8Array): Item => ({
  markedFor: markedFor ?? { policyUid: uuidAt(bytes, 1), namespaceUid: uuidAt(bytes, 1 + uuidBytes) },
})
