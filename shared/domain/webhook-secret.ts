import { createHash } from 'node:crypto'

const maxLive = 2

/**
 * The secrets that one stored text holds: a line each, the first the one to be used from now on, and of a rotation under
 * way the one before it. Blank lines, and blanks around a line, count for nothing; no header could carry them.
 */
export const liveSecrets = (text: string): readonly string[] =>
  text
    .split(/[\r\n]+/)
    .map(line => line.trim())
    .filter(line => line !== '')
    .slice(0, maxLive)

/** The text that makes `next` the secret and lets the one that was so count on. */
export const rotatedSecret = (text: string, next: string): string =>
  [next, ...liveSecrets(text)].slice(0, maxLive).join('\n')

/** Tells one secret from another in a record, and tells nothing of it. */
export const secretMark = (secret: string): string => createHash('sha256').update(secret).digest('hex').slice(0, 8)

const leastBits = 128

/**
 * True for what may be the end of an address: characters that no program escapes, and so many of them that at random they
 * are 128 bits.
 */
export const canBeInAddress = (secret: string): boolean =>
  /^[\w.~-]+$/.test(secret) && secret.length * bitsPerCharacter(secret) >= leastBits

/** Of the smallest alphabet that people make secrets with and that has all of its characters. */
function bitsPerCharacter(secret: string): number {
  if (/^\d+$/.test(secret)) return Math.log2(10)
  return /^([\da-f]+|[\dA-F]+)$/.test(secret) ? 4 : 6
}

/** What people read where a secret cannot be in an address. */
export const addressSecretRule = 'at least 32 hex digits, or 22 letters, digits, -, _, . and ~'
