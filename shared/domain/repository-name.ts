import { InvalidInputError } from '../errors.ts'

const pathPattern = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/
const maxPathLength = 255

/**
 * True for a repository path as the Repository CRD accepts it: lower case, 255 characters at most, without a host.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 */
export const isRepositoryPath = (text: string): boolean => text.length <= maxPathLength && pathPattern.test(text)

/** True for a tag as registries and the Repository CRD accept it: 128 characters at most, no leading `.` or `-`. */
export const isTag = (text: string): boolean => tagPattern.test(text)

/** The text itself. Throws InvalidInputError for anything that {@link isRepositoryPath} refuses. */
export const parseRepositoryPath = (text: string): string => {
  if (isRepositoryPath(text)) return text
  throw new InvalidInputError(
    `expected a repository path of lower-case letters, digits and separators, ${maxPathLength} characters at most, got ${quoted(text)}`,
  )
}

/** The text itself. Throws InvalidInputError for anything that {@link isTag} refuses. */
export const parseTag = (text: string): string => {
  if (isTag(text)) return text
  throw new InvalidInputError(
    `expected a tag of letters, digits, '_', '.' and '-', 128 characters at most and not starting with '.' or '-', got ${quoted(text)}`,
  )
}

const maxShown = 140

/** Foreign text made fit for a message: JSON quoting hides line breaks and control characters, and long text is cut. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > maxShown ? `${text.slice(0, maxShown)}…` : text)
