import { type Digest, isDigest } from '../../domain/digest.ts'
import { InvalidInputError } from '../../errors.ts'

const segmentPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]*$/
const maxRepositoryLength = 255

/** The tag length of the OCI distribution specification. */
export const maxOciTagLength = 128
/** ECR's own model allows longer tags than the specification does. */
export const maxEcrTagLength = 300

/** Quotes foreign text for a message: control characters escaped, at most 60 characters of it. */
export const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)

/**
 * A repository path as the specification spells it. Nothing else is ever put into an address.
 *
 * @throws InvalidInputError
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 */
export function requireRepository(repository: string): string {
  const valid =
    repository.length <= maxRepositoryLength && repository.split('/').every(segment => segmentPattern.test(segment))
  if (valid) return repository
  throw new InvalidInputError(
    `repository: expected lower-case path segments of at most ${maxRepositoryLength} characters, got ${quoted(repository)}`,
  )
}

export const isTag = (tag: string, maxLength: number = maxOciTagLength): boolean =>
  tag.length <= maxLength && tagPattern.test(tag)

/** @throws InvalidInputError */
export function requireTag(tag: string, maxLength: number = maxOciTagLength): string {
  if (isTag(tag, maxLength)) return tag
  throw new InvalidInputError(
    `tag: expected at most ${maxLength} letters, digits, '_', '.' and '-', the first neither '.' nor '-', got ${quoted(tag)}`,
  )
}

/** @throws InvalidInputError */
export function requireDigest(text: string): Digest {
  if (isDigest(text)) return text
  throw new InvalidInputError(`digest: expected sha256: and 64 lower-case hex digits, got ${quoted(text)}`)
}
