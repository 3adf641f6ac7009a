/** Of a regular expression. */
export const uuidPattern = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const uuid = new RegExp(`^${uuidPattern}$`)
const hash = /^[0-9a-f]{64}$/

export const uuidBytes = 16
export const hashBytes = 32

/** Uuids as their bytes, one behind the other; undefined where one is any other text, which bytes could not say. */
export const packUuids = (texts: readonly unknown[]): Uint8Array | undefined =>
  texts.every(text => typeof text === 'string' && uuid.test(text))
    ? Buffer.from(texts.join('').replaceAll('-', ''), 'hex')
    : undefined

/** A sha256 hash in hex as its bytes; undefined for any other text. */
export const packHash = (text: unknown): Uint8Array | undefined =>
  typeof text === 'string' && hash.test(text) ? Buffer.from(text, 'hex') : undefined

const hexAt = (bytes: Uint8Array, at: number, length: number): string =>
  Buffer.from(bytes.subarray(at, at + length)).toString('hex')

/** The uuid that begins at a byte, as Kubernetes spells it. */
export const uuidAt = (bytes: Uint8Array, at: number): string =>
  hexAt(bytes, at, uuidBytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

/** The hash that begins at a byte. */
export const hashAt = (bytes: Uint8Array, at: number): string => hexAt(bytes, at, hashBytes)
