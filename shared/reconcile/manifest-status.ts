import { secondsOf } from '../domain/instant.ts'
import type { ImageRecord } from '../domain/records/images.ts'
import { sizeText } from '../domain/size.ts'

const shownPlatforms = 32
const shownLayers = 256

/** `status.manifest`: what kubectl shows of the image; `children` are the manifests of an index, as far as they are known. */
export function manifestStatus(image: ImageRecord, children: readonly ImageRecord[]): Record<string, unknown> {
  const platforms = children.flatMap(platformOf).slice(0, shownPlatforms)
  return {
    ...(image.mediaType && { mediaType: image.mediaType }),
    ...(image.storage && { storage: image.storage }),
    ...(image.platform && { os: image.platform.os, architecture: image.platform.architecture }),
    ...(image.sizeBytes !== undefined && { sizeBytes: image.sizeBytes, size: sizeText(image.sizeBytes) }),
    ...(image.createdAt && { created: secondsOf(image.createdAt) }),
    // The first is the config.
    ...(image.blobs && {
      layers: image.blobs
        .slice(1, 1 + shownLayers)
        .map(blob => ({ digest: blob.digest, size: sizeText(blob.sizeBytes) })),
    }),
    ...(platforms.length > 0 && { platforms }),
  }
}

/** Attestations are children too; they run nowhere and say so by the platform `unknown`. */
function platformOf({ platform, digest, sizeBytes }: ImageRecord): Record<string, unknown>[] {
  if (!platform || platform.os === 'unknown') return []
  return [{ ...platform, digest, ...(sizeBytes !== undefined && { sizeBytes }) }]
}
