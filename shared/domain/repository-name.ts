import { InvalidInputError } from '../errors.ts'
import { type Digest, isDigest } from './digest.ts'

// Each alternative starts with another character, so it cannot backtrack badly.
const pathPattern = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]*$/
const maxPathLength = 255
/** Of the specification. */
const maxTagLength = 128

/**
 * True for a repository path as the Repository CRD accepts it: lower case, 255 characters at most, without a host.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 */
export const isRepositoryPath = (text: string): boolean => text.length <= maxPathLength && pathPattern.test(text)

/** True for a tag as registries and the Repository CRD accept it: 128 characters at most, no leading `.` or `-`. */
export const isTag = (text: string): boolean => isTagWithin(text, maxTagLength)

const isTagWithin = (text: string, maxLength: number): boolean => text.length <= maxLength && tagPattern.test(text)

/** The text itself. Throws InvalidInputError for anything that {@link isRepositoryPath} refuses. */
export const parseRepositoryPath = (text: string): string => {
  if (isRepositoryPath(text)) return text
  throw new InvalidInputError(
    `expected a repository path of lower-case letters, digits and separators, ${maxPathLength} characters at most, got ${quoted(text)}`,
  )
}

/** The text itself. Throws InvalidInputError for anything that {@link isTag} refuses. */
export const parseTag = (text: string): string => parseTagWithin(text, maxTagLength)

/** As {@link parseTag}, for a registry that takes longer tags. */
export const parseTagWithin = (text: string, maxLength: number): string => {
  if (isTagWithin(text, maxLength)) return text
  throw new InvalidInputError(
    `expected a tag of letters, digits, '_', '.' and '-', ${maxLength} characters at most and not starting with '.' or '-', got ${quoted(text)}`,
  )
}

/** The text itself. Throws InvalidInputError for anything that {@link isDigest} refuses. */
export const parseDigest = (text: string): Digest => {
  if (isDigest(text)) return text
  throw new InvalidInputError(`expected a digest of sha256: and 64 lower-case hex digits, got ${quoted(text)}`)
}

const maxShown = 140

/** Foreign text made fit for a message: JSON quoting hides line breaks and control characters, and long text is cut. */
export const quoted = (text: string): string => quotedWithin(text, maxShown)

/** As {@link quoted}, with no more of the text than `maxLength` characters. */
export const quotedWithin = (text: string, maxLength: number): string =>
  JSON.stringify(text.length > maxLength ? `${text.slice(0, maxLength)}…` : text)
