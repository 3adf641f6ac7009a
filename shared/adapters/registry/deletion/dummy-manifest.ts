import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Digest } from '../../../domain/digest.ts'
import { dummyArtifactType } from '../../../domain/dummy-artifact.ts'
import { digestOf, parseJson } from '../manifest.ts'
import { ociManifest } from '../media-types.ts'

/** The empty JSON blob of the image specification, which the dummy refers to. */
export const emptyBlob = Buffer.from('{}')

const emptyDescriptor = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: digestOf(emptyBlob),
  size: emptyBlob.byteLength,
}
const replacesAnnotation = 'io.shelflife.replaces'

export interface DummyManifest {
  readonly digest: Digest
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/**
 * A valid manifest that no one else has, to stand under a tag for the moment between being pushed and being deleted.
 * It says which digest it replaces, so that a run that was killed in that moment can be finished by the next.
 */
export function dummyFor(replaced: Digest): DummyManifest {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: ociManifest,
      artifactType: dummyArtifactType,
      config: emptyDescriptor,
      layers: [emptyDescriptor],
      annotations: { [replacesAnnotation]: replaced, 'io.shelflife.nonce': randomUUID() },
    }),
  )
  return { digest: digestOf(bytes), mediaType: ociManifest, bytes }
}

const dummySchema = z.object({
  config: z.object({ digest: z.literal(emptyDescriptor.digest) }),
  annotations: z.object({ [replacesAnnotation]: z.string() }),
})

/** True for a dummy that a former run put in the place of this digest. */
export function isDummyFor(replaced: Digest, bytes: Uint8Array): boolean {
  const parsed = dummySchema.safeParse(parseJson(bytes, 'manifest under the tag'))
  return parsed.success && parsed.data.annotations[replacesAnnotation] === replaced
}
