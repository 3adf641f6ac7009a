import type { Digest } from '../../../domain/digest.ts'
import type { DescribedManifest, ImageConfig, Referrer } from '../../../ports/registry.ts'
import { ociManifest } from '../media-types.ts'
import { maxNamed } from '../unreadable-manifest.ts'
import type { HarborAccessory, HarborArtifact, HarborChild } from './harbor-artifact.ts'

/** What is known of an artifact beside what it says itself. */
export interface Surroundings {
  /** What refers to it by the tag schema. */
  readonly referrers?: readonly Referrer[]
  /** The entry of an index that names it, which knows the variant of its platform. */
  readonly entry?: HarborChild | undefined
  /** What it is an accessory of. */
  readonly subject?: Digest | undefined
}

/** Undefined where Harbor tells too little: then its manifest is read. */
export function describeArtifact(
  { digest, told, accessories }: HarborArtifact,
  { referrers = [], entry, subject }: Surroundings,
): DescribedManifest | undefined {
  if (told === undefined) return undefined
  const { mediaType, sizeBytes, artifactType, config } = told
  const children = told.children && [...new Set(told.children.map(child => child.digest))]
  // Nor could its record hold so many.
  if (children && children.length > maxNamed) return undefined
  const known = new Set(accessories.map(accessory => accessory.digest))
  return {
    manifest: {
      digest,
      mediaType,
      sizeBytes,
      ...(artifactType !== undefined && { artifactType }),
      ...(children && { children }),
      ...(subject && { subject }),
    },
    ...(config && { config: withVariant(config, entry) }),
    referrers: [...accessories.map(asReferrer), ...referrers.filter(one => !known.has(one.digest))],
  }
}

function withVariant(config: ImageConfig, entry: HarborChild | undefined): ImageConfig {
  const { os, architecture, variant } = entry?.platform ?? {}
  const isSame = os === config.os && architecture === config.architecture
  return isSame && variant !== undefined ? { ...config, variant } : config
}

/** Harbor tells no media type of an accessory. */
export const asReferrer = ({ digest }: HarborAccessory): Referrer => ({ digest, mediaType: '' })

/** As Harbor sorts what it made an accessory since its one layer is a signature: an image manifest, which has no children. */
export const cosignSignature = 'signature.cosign'
const signatures = [cosignSignature, 'signature.notation']

/** A signature by what the list says of it at its subject; undefined for other accessories, which may be anything. */
export function describeSignature(accessory: HarborAccessory, subject: Digest): DescribedManifest | undefined {
  const { digest, type, sizeBytes } = accessory
  return signatures.includes(type)
    ? { manifest: { digest, mediaType: ociManifest, sizeBytes, subject }, referrers: [] }
    : undefined
}
