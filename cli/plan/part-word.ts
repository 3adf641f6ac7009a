import type { Image } from '../../shared/domain/image.ts'
import { attachedSubject } from '../../shared/domain/retention/versions/tag-kind.ts'

/** By the ends of cosign's tags. */
const ends: Readonly<Record<string, string>> = { sig: 'signature', att: 'attestation', sbom: 'SBOM' }

/** By what the types of well-known makers hold. */
const types: readonly (readonly [RegExp, string])[] = [
  [/sigstore\.bundle|signature|cosign\.artifact\.sig|simplesigning/, 'signature'],
  [/spdx|cyclonedx|sbom/, 'SBOM'],
  [/in-toto|attestation|slsa/, 'attestation'],
]

/** What an image is of the one that it hangs below: `linux/arm64`, `signature`. */
export function partWord({ platform, artifactType, subject, tags }: Image): string {
  const attached = tags.find(tag => attachedSubject(tag) !== undefined)
  if (subject === undefined && attached === undefined)
    return platform === undefined || platform.startsWith('unknown/') ? attestationOr(platform) : platform
  const end = attached?.slice(attached.lastIndexOf('.') + 1) ?? ''
  const known = types.find(([pattern]) => artifactType !== undefined && pattern.test(artifactType))
  return ends[end] ?? known?.[1] ?? artifactType ?? 'referrer'
}

/** BuildKit puts attestations into the index, on a platform that nothing runs on. */
const attestationOr = (platform: string | undefined): string => (platform === undefined ? 'part of it' : 'attestation')
