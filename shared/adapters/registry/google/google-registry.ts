import type { RegistryReader, RegistryWriter } from '../../../ports/registry.ts'
import { createOciReader } from '../oci/oci-registry.ts'
import { createOciWriter } from '../oci/oci-writer.ts'
import type { Reach } from '../registry-address.ts'
import { listedByGoogle } from './artifact-registry.ts'

/** Artifact Registry: everything by the OCI API, but for the list. */
export function createGoogleReader(options: Reach): RegistryReader {
  const plain = createOciReader(options)
  return { ...plain, ...listedByGoogle(plain, options) }
}

/**
 * The same with deletes. The OCI API there takes a tag off by its name, and refuses a digest that has tags, or is in an index.
 *
 * @see https://github.com/genuinetools/reg/issues/136
 */
export function createGoogleWriter(options: Reach): RegistryWriter {
  const plain = createOciWriter(options)
  return { ...plain, ...listedByGoogle(plain, options) }
}
