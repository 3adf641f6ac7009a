import { secondsOf } from '../domain/instant.ts'
import type { ImageRecord } from '../domain/records.ts'

const shownPlatforms = 32
const shownLayers = 256

/** `status.manifest`: what kubectl shows of the image; `children` are the manifests of an index, as far as they are known. */
export function manifestStatus(image: ImageRecord, children: readonly ImageRecord[]): Record<string, unknown> {
  const platforms = children.flatMap(platformOf).slice(0, shownPlatforms)
  return {
    ...(image.mediaType && { mediaType: image.mediaType }),
    ...(image.platform && { os: image.platform.os, architecture: image.platform.architecture }),
    ...(image.sizeBytes !== undefined && { sizeBytes: image.sizeBytes, size: humanSize(image.sizeBytes) }),
    ...(image.createdAt && { created: secondsOf(image.createdAt) }),
    // The first is the config.
    ...(image.blobs && {
      layers: image.blobs
        .slice(1, 1 + shownLayers)
        .map(blob => ({ digest: blob.digest, size: humanSize(blob.sizeBytes) })),
    }),
    ...(platforms.length > 0 && { platforms }),
  }
}

/** Attestations are children too; they run nowhere and say so by the platform `unknown`. */
function platformOf({ platform, digest, sizeBytes }: ImageRecord): Record<string, unknown>[] {
  if (!platform || platform.os === 'unknown') return []
  return [{ ...platform, digest, ...(sizeBytes !== undefined && { sizeBytes }) }]
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `1536` → `1.5 KiB`: binary units, one decimal below 10. */
export function humanSize(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}
