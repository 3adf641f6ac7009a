import { createHash } from 'node:crypto'
import * as z from 'zod'
import { type Digest, isDigest } from '../../domain/digest.ts'
import type { Blob } from '../../domain/image.ts'
import { issueText } from '../../domain/issue-text.ts'
import { findJson } from '../../domain/json.ts'
import { quoted } from '../../domain/repository-name.ts'
import { InvalidInputError } from '../../errors.ts'
import type { Manifest } from '../../ports/registry.ts'
import { acceptedMediaTypes, isIndexType, isManifestType } from './media-types.ts'

/** The largest manifest that is read: what registries accept on a push. */
export const maxManifestBytes = 4 * 1024 * 1024

const digest = z.custom<Digest>(value => typeof value === 'string' && isDigest(value), 'expected a sha256 digest')
const descriptor = z.object({
  digest,
  size: z.int().nonnegative(),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
})

const common = {
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  subject: descriptor.nullish(),
}
// Both lists at once are read as one kind by some clients and as the other by the rest (CVE-2021-41190).
const absent = z.undefined('expected either manifests or layers, got both').optional()
const indexSchema = z.object({ ...common, manifests: z.array(descriptor), layers: absent, config: absent })
const imageSchema = z.object({ ...common, config: descriptor, layers: z.array(descriptor), manifests: absent })

/** The digest of these bytes. */
export const digestOf = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** What an index says of one of its entries. */
export type Descriptor = z.infer<typeof descriptor>

/** @throws InvalidInputError when the bytes hash to another digest */
export function verifyDigest(bytes: Uint8Array, expected: Digest, what: string): void {
  const found = digestOf(bytes)
  if (found !== expected)
    throw new InvalidInputError(`${what}: expected a body that hashes to ${expected}, got ${found}`)
}

/**
 * Reads a manifest of one of the accepted media types, which the caller has from the registry's answer.
 *
 * @throws InvalidInputError for another type, a body that states another type than the answer did, both `manifests`
 * and `layers`, digests that are not sha256, and sizes that are negative or beyond exact numbers
 */
export function parseManifest(bytes: Uint8Array, mediaType: string, what: string): Manifest {
  if (!isManifestType(mediaType))
    throw new InvalidInputError(
      `${what}: expected a manifest of OCI or Docker (${acceptedMediaTypes.join(', ')}), got ${quoted(mediaType)}`,
    )
  const json = parseJson(bytes, what)
  const shape = isIndexType(mediaType) ? parseIndex(json, what) : parseImage(json, what)
  if (shape.stated.mediaType !== undefined && shape.stated.mediaType !== mediaType)
    throw new InvalidInputError(
      `${what}: expected the manifest to be the ${mediaType} it was sent as, got ${quoted(shape.stated.mediaType)}`,
    )
  const { subject, artifactType } = shape.stated
  return {
    digest: digestOf(bytes),
    mediaType,
    bytes,
    ...shape.content,
    ...(subject ? { subject: subject.digest } : {}),
    ...(artifactType ? { artifactType } : {}),
  }
}

type Content = Pick<Manifest, 'children' | 'blobs' | 'sizeBytes' | 'config'>
type Stated = {
  mediaType?: string | undefined
  artifactType?: string | undefined
  subject?: Descriptor | null | undefined
}

function parseIndex(json: unknown, what: string): { stated: Stated; content: Content } {
  const index = parseWith(indexSchema, json, what)
  const children = [...new Set(index.manifests.map(child => child.digest))]
  return { stated: index, content: { children, sizeBytes: sizeOf(blobsOf(index.manifests), what) } }
}

function parseImage(json: unknown, what: string): { stated: Stated; content: Content } {
  const image = parseWith(imageSchema, json, what)
  const blobs = blobsOf([image.config, ...image.layers])
  return { stated: image, content: { blobs, sizeBytes: sizeOf(blobs, what), config: image.config.digest } }
}

const referrersSchema = z.object({ manifests: z.array(z.unknown()), layers: absent, config: absent })

/**
 * The descriptors of a list of referrers; undefined when the bytes are another thing. What is named by a digest of
 * another algorithm can be no image here, and is left out.
 */
export function findDescriptors(bytes: Uint8Array): readonly Descriptor[] | undefined {
  const parsed = referrersSchema.safeParse(findJson(Buffer.from(bytes).toString('utf8')))
  if (!parsed.success) return undefined
  return parsed.data.manifests.flatMap(one => descriptor.safeParse(one).data ?? [])
}

/** A blob named twice is stored once. */
const blobsOf = (descriptors: readonly Descriptor[]): Blob[] => [
  ...new Map(descriptors.map(({ digest, size }) => [digest, { digest, sizeBytes: size }])).values(),
]

function sizeOf(blobs: readonly Blob[], what: string): number {
  const sum = blobs.reduce((total, blob) => total + blob.sizeBytes, 0)
  if (Number.isSafeInteger(sum)) return sum
  throw new InvalidInputError(`${what}: expected sizes below 2^53 bytes together, got ${sum}`)
}

function parseWith<T>(schema: z.ZodType<T>, json: unknown, what: string): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(`${what}: ${issueText(parsed.error, json, 'manifest')}`, { cause: parsed.error })
}

/** @throws InvalidInputError when the bytes are not JSON */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new InvalidInputError(`${what}: expected JSON, got ${otherText(bytes)}`, { cause: error })
  }
}

/** What bytes are that are no JSON. */
function otherText(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) return 'an empty answer'
  if (/^\s*</.test(Buffer.from(bytes.subarray(0, 1024)).toString('utf8'))) return webPageText
  return `${bytes.byteLength} bytes of something else`
}

/** In the place of an answer of a registry; ends with what people can do. */
export const webPageText =
  'a web page, which a proxy, a login or another server sends in the place of the registry: see what answers at that address'
