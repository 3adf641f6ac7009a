import type { Digest } from '../../digest.ts'
import { isDigit } from './number-reader.ts'

const cosignPattern = /^sha256-([0-9a-f]{64})(\.sig|\.att|\.sbom)?$/
const shortestCosign = 'sha256-'.length + 64
const floatingTags = new Set(
  'latest stable edge nightly main master develop dev canary lts mainline rolling current next testing'.split(' '),
)

/**
 * The digest that a cosign or referrers-schema tag is about, undefined for any other tag (retention 9).
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
export const cosignSubject = (tag: string): Digest | undefined => {
  if (tag.length < shortestCosign || !tag.startsWith('sha256-')) return undefined
  const hex = cosignPattern.exec(tag)?.[1]
  return hex === undefined ? undefined : `sha256:${hex}`
}

/** The tag under which clients keep the referrers of a digest for registries without the API for them. */
export const referrersTag = (digest: Digest): string => digest.replace(':', '-')

/**
 * True for a tag that moves by convention and names no version (retention 10). Most tags begin with a digit, which no
 * floating tag does.
 */
export const isFloating = (tag: string): boolean =>
  !isDigit(tag.charCodeAt(0)) && (floatingTags.has(tag) || tag.startsWith('latest-') || tag.startsWith('stable-'))
