import type { Blob } from '../domain/image.ts'
import type { Manifest } from '../ports/registry.ts'
import { foreignLayersOf } from './foreign-layers.ts'

/** The config and the layers without which a registry does not take the manifest; none of an index. */
export function neededBlobs(manifest: Manifest): readonly Blob[] {
  const foreign = foreignLayersOf(manifest)
  return (manifest.blobs ?? []).filter(blob => !foreign.has(blob.digest))
}
