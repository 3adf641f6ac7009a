import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Of one process: an older one is let go. Each is a tab that somebody opened. */
const mostKeys = 32

/**
 * Who may ask: whoever has a key, and a key gets who has the token that stands in the printed address, once. Both live
 * as long as the process, in its memory alone.
 */
export class Sessions {
  #token = randomSecret()
  readonly #keys: Buffer[] = []

  /** The token that the next session is opened with. */
  get token(): string {
    return this.#token
  }

  /** A key for the token, which is good no more; undefined for any other text. */
  open(token: string): string | undefined {
    if (!isSame(hashOf(token), hashOf(this.#token))) return undefined
    this.#token = randomSecret()
    const key = randomSecret()
    this.#keys.push(hashOf(key))
    if (this.#keys.length > mostKeys) this.#keys.shift()
    return key
  }

  isOpen(key: string): boolean {
    const hash = hashOf(key)
    // Compared with every one, so that how long it takes tells of none.
    return this.#keys.map(known => isSame(known, hash)).includes(true)
  }
}

const randomSecret = (): string => randomBytes(32).toString('base64url')

/** Of one length whatever was sent, which the comparison needs. */
const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()

const isSame = (a: Buffer, b: Buffer): boolean => timingSafeEqual(a, b)
