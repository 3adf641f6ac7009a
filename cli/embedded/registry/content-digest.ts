import { createHash } from 'node:crypto'

const hexDigits = { sha256: 64, sha512: 128 } as const
export type Algorithm = keyof typeof hexDigits
export const algorithms: readonly Algorithm[] = ['sha256', 'sha512']

/** Names content in this registry. The product itself works with sha256 alone, and must do no harm to the other. */
export type ContentDigest = `${Algorithm}:${string}`

const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

export const isContentDigest = (text: string): text is ContentDigest => digestPattern.test(text)

export const algorithmOf = (digest: ContentDigest): Algorithm => (digest.startsWith('sha256:') ? 'sha256' : 'sha512')

export const hexOf = (digest: ContentDigest): string => digest.slice('sha256:'.length)

export const contentDigestOf = (bytes: Uint8Array, algorithm: Algorithm): ContentDigest =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`

/** The digest with these digits, whose number tells the algorithm; none for any other text. */
export const digestsWithHex = (hex: string): ContentDigest[] =>
  algorithms.map(algorithm => `${algorithm}:${hex}` as const).filter(isContentDigest)
