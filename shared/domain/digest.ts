import { InvalidInputError } from '../errors.ts'
import { quoted } from './repository-name.ts'

/** The identity of a manifest or blob: `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`

const digestPattern = /^sha256:[0-9a-f]{64}$/

/** True for a well-formed sha256 digest in lower case. Other algorithms are not supported and answer false. */
export const isDigest = (text: string): text is Digest => digestPattern.test(text)

/** The text itself. Throws InvalidInputError for anything that {@link isDigest} refuses. */
export const parseDigest = (text: string): Digest => {
  if (isDigest(text)) return text
  throw new InvalidInputError(`expected a digest of sha256: and 64 lower-case hex digits, got ${quoted(text)}`)
}
