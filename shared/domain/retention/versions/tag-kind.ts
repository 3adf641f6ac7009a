import type { Digest } from '../../digest.ts'
import { isDigit } from './dotted-numbers.ts'

const attachedPattern = /^sha256-([0-9a-f]{64})(?:\..+)?$/s
const shortestAttached = 'sha256-'.length + 64
const floatingTags = new Set(
  (
    'latest stable edge nightly main master develop dev canary lts mainline rolling current next testing ' +
    'prod production preprod pre-prod uat staging stage qa test demo live release'
  ).split(' '),
)

/**
 * The digest that an attached tag is about, undefined for any other tag (retention 9): the referrers tag of a digest,
 * and what cosign and others attach beside it (`.sig`, `.att`, `.sbom`, `.src`, …).
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
export const attachedSubject = (tag: string): Digest | undefined => {
  if (tag.length < shortestAttached || !tag.startsWith('sha256-')) return undefined
  const hex = attachedPattern.exec(tag)?.[1]
  return hex === undefined ? undefined : `sha256:${hex}`
}

/** The tag under which clients keep the referrers of a digest for registries without the API for them. */
export const referrersTag = (digest: Digest): string => digest.replace(':', '-')

/**
 * True for a tag that moves by convention and names no version, an environment among them (retention 10). Most tags
 * begin with a digit, which no floating tag does.
 */
export const isFloating = (tag: string): boolean =>
  !isDigit(tag.charCodeAt(0)) && (floatingTags.has(tag) || isSuffixed(tag, 'latest-') || isSuffixed(tag, 'stable-'))

const isSuffixed = (tag: string, prefix: string): boolean => tag.length > prefix.length && tag.startsWith(prefix)
