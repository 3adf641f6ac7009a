import { hashAt, hashBytes, uuidAt, uuidBytes, uuidPattern } from './packed-hex.ts'

/** How a kind of value stands in a text, and as bytes. */
interface Kind {
  readonly bytes: number
  /** Undefined for what only looks like one. */
  readonly pack: (text: string) => Buffer | undefined
  readonly unpack: (bytes: Buffer) => string
}

const hashWith = (prefix: string): Kind => ({
  bytes: hashBytes,
  pack: text => Buffer.from(text.slice(prefix.length), 'hex'),
  unpack: packed => `${prefix}${hashAt(packed, 0)}`,
})

/** Milliseconds, of which as many bytes hold every year of four digits. */
const timeBytes = 6

const time = (toText: (ms: number) => string): Kind => ({
  bytes: timeBytes,
  pack: text => {
    const ms = Date.parse(text)
    if (!(ms >= 0) || toText(ms) !== text) return undefined
    const packed = Buffer.alloc(timeBytes)
    packed.writeUIntBE(ms, 0, timeBytes)
    return packed
  },
  unpack: packed => toText(packed.readUIntBE(0, timeBytes)),
})

const uuid: Kind = {
  bytes: uuidBytes,
  pack: text => Buffer.from(text.replaceAll('-', ''), 'hex'),
  unpack: packed => uuidAt(packed, 0),
}

/** By the mark that stands for one in the text. JSON has no such character, but as an escape. */
const kinds: Readonly<Record<string, Kind>> = {
  '\u0001': hashWith('sha256:'),
  '\u0002': hashWith(''),
  '\u0003': uuid,
  '\u0004': time(ms => new Date(ms).toISOString()),
  '\u0005': time(ms => new Date(ms).toISOString().replace('.000Z', 'Z')),
}
/** Before and behind the place of one that came before. */
const again = '\u0006'

const dates = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d'
const anyValue = new RegExp(
  `(sha256:[0-9a-f]{64})|([0-9a-f]{64})|(${uuidPattern})|(${dates}\\.\\d{3}Z)|(${dates}Z)`,
  'g',
)
const marks = Object.keys(kinds)
const anyMark = new RegExp(`[${marks.join('')}]|${again}(\\d+)${again}`, 'g')

/**
 * A JSON text without the digests, hashes, uuids and times in it, and these as bytes in their order, each once. Those that
 * stand in `known` take no room.
 */
export function packValues(json: string, known: readonly string[]): { readonly text: string; readonly values: Buffer } {
  const places = placesOf(known)
  const values: Buffer[] = []
  const text = json.replaceAll(anyValue, (found, ...groups: unknown[]) => {
    const place = places.get(found)
    if (place !== undefined) return `${again}${place}${again}`
    const mark = marks[groups.findIndex(group => group !== undefined)] ?? ''
    const packed = kinds[mark]?.pack(found)
    if (packed === undefined) return found
    places.set(found, places.size)
    values.push(packed)
    return mark
  })
  return { text, values: Buffer.concat(values) }
}

/** Undefined where the bytes are not those of the text. */
export function unpackValues(text: string, values: Buffer, known: readonly string[]): string | undefined {
  const found = [...placesOf(known).keys()]
  let at = 0
  let isWhole = true
  const json = text.replaceAll(anyMark, (mark, place: string | undefined) => {
    const kind = kinds[mark]
    const value = kind ? unpackOne(kind, values.subarray(at, at + kind.bytes)) : found[Number(place)]
    if (value === undefined) isWhole = false
    if (kind) {
      found.push(value ?? '')
      at += kind.bytes
    }
    return value ?? ''
  })
  return isWhole && at === values.length ? json : undefined
}

const unpackOne = ({ bytes, unpack }: Kind, packed: Buffer): string | undefined =>
  packed.length === bytes ? unpack(packed) : undefined

/** The values in texts, by the order in which they come. */
const placesOf = (texts: readonly string[]): Map<string, number> => {
  const found = new Set(texts.flatMap(text => text.match(anyValue) ?? []))
  return new Map([...found].map((value, place) => [value, place]))
}
