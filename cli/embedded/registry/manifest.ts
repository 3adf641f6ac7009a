import * as z from 'zod'
import { issueText } from '../../../shared/domain/issue-text.ts'
import { type ContentDigest, isContentDigest } from './content-digest.ts'
import { manifestInvalid } from './errors.ts'
import { isImageManifest, isIndex } from './media-types.ts'

const digestSchema = z.custom<ContentDigest>(
  value => typeof value === 'string' && isContentDigest(value),
  'expected a digest of sha256 or sha512',
)
const descriptorSchema = z.object({
  mediaType: z.string().optional(),
  digest: digestSchema,
  size: z.int().nonnegative(),
  urls: z.array(z.string()).optional(),
})
const documentSchema = z.object({
  mediaType: z.string().min(1).optional(),
  artifactType: z.string().optional(),
  config: descriptorSchema.optional(),
  layers: z.array(descriptorSchema).optional(),
  manifests: z.array(descriptorSchema).optional(),
  subject: descriptorSchema.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})
type ManifestDocument = z.infer<typeof documentSchema>
type Descriptor = z.infer<typeof descriptorSchema>

/** What the registry has to know of a manifest: what it needs, what it is about, how referrers describe it. */
export interface ManifestFacts {
  mediaType: string
  /** Configuration and layers that must be here; layers with a download address of their own need not be. */
  requiredBlobs: readonly ContentDigest[]
  /** Every configuration and layer, wherever it lies: what garbage collection keeps. */
  blobs: readonly ContentDigest[]
  children: readonly ContentDigest[]
  subject: ContentDigest | undefined
  artifactType: string | undefined
  annotations: Record<string, string> | undefined
}

/** `contentType` is the media type it was pushed with; it may be absent only where the document names one itself. */
export const readPushedManifest = (bytes: Uint8Array, contentType: string | undefined): ManifestFacts => {
  const document = parseDocument(bytes)
  const mediaType = mediaTypeOf(document, contentType)
  requireShape(document, mediaType)
  const blobs = [...(document.config ? [document.config] : []), ...(document.layers ?? [])]
  return {
    mediaType,
    requiredBlobs: digestsOf(blobs.filter(blob => !blob.urls?.length)),
    blobs: digestsOf(blobs),
    children: digestsOf(document.manifests ?? []),
    subject: document.subject?.digest,
    artifactType: document.artifactType || document.config?.mediaType,
    annotations: document.annotations,
  }
}

const parseDocument = (bytes: Uint8Array): ManifestDocument => {
  const json = parseJson(bytes)
  const result = documentSchema.safeParse(json)
  if (result.success) return result.data
  throw manifestInvalid('manifest invalid', { detail: issueText(result.error, json, 'manifest'), cause: result.error })
}

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (cause) {
    throw manifestInvalid('expected a manifest in JSON', { cause })
  }
}

const mediaTypeOf = (document: ManifestDocument, contentType: string | undefined): string => {
  const pushedAs = contentType?.split(';')[0]?.trim() || undefined
  const mediaType = pushedAs ?? document.mediaType
  if (!mediaType) throw manifestInvalid('expected a Content-Type that names the media type of the manifest')
  if (document.mediaType && document.mediaType !== mediaType)
    throw manifestInvalid(`expected mediaType ${mediaType} as in Content-Type, the manifest says ${document.mediaType}`)
  return mediaType
}

// A document that is an image to one reader and an index to another lets two readers see different content.
const requireShape = ({ config, layers, manifests }: ManifestDocument, mediaType: string): void => {
  if (isImageManifest(mediaType) && (!config || !layers || manifests))
    throw manifestInvalid('expected config and layers, and no manifests, in an image manifest')
  if (isIndex(mediaType) && (!manifests || config || layers))
    throw manifestInvalid('expected manifests, and neither config nor layers, in an index')
}

const digestsOf = (descriptors: readonly Descriptor[]): ContentDigest[] => descriptors.map(({ digest }) => digest)
