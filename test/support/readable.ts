import type { Digest } from '../../shared/domain/digest.ts'
import type { Manifest, RegistryReader } from '../../shared/ports/registry.ts'

/** The manifest that a reader is expected to hand out and to understand. */
export async function readManifest(reader: RegistryReader, path: string, digest: Digest): Promise<Manifest> {
  const found = await reader.findManifest(path, digest)
  if (found === undefined) throw new Error(`expected the manifest ${digest}, got none`)
  if ('unreadable' in found) throw new Error(`expected a manifest that can be read: ${found.unreadable}`)
  return found
}

/** Where a tag points; undefined where it is not there. */
export async function readTag(reader: RegistryReader, path: string, tag: string): Promise<Digest | undefined> {
  const found = await reader.findTag(path, tag)
  if (typeof found === 'object') throw new Error(`expected a tag that can be read: ${found.unreadable}`)
  return found
}
