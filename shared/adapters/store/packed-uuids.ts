const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Bytes of one. */
export const uuidBytes = 16

/** Uuids as their bytes, one behind the other; undefined where one is any other text, which bytes could not say. */
export const packUuids = (texts: readonly unknown[]): Uint8Array | undefined =>
  texts.every(text => typeof text === 'string' && uuid.test(text))
    ? Buffer.from(texts.join('').replaceAll('-', ''), 'hex')
    : undefined

/** The uuid that begins at a byte, as Kubernetes spells it. */
export const uuidAt = (bytes: Uint8Array, at: number): string =>
  Buffer.from(bytes.subarray(at, at + uuidBytes))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
