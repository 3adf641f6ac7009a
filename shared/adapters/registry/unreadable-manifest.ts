import { type Digest, isDigest } from '../../domain/digest.ts'
import { findJson } from '../../domain/json.ts'
import { InvalidInputError } from '../../errors.ts'
import type { Manifest, Unreadable, UnreadableManifest } from '../../ports/registry.ts'
import { digestOf, parseManifest } from './manifest.ts'
import { isManifestType } from './media-types.ts'
import { schema1Digest } from './schema1.ts'

/** More than any index names that people make; an image record has to hold them all, and has 400 KB. */
export const maxNamed = 2_000
const maxReasonLength = 500
const maxTypeLength = 255

/** Why something cannot be read, for people. */
const reasonOf = (text: string): string => (text.length > maxReasonLength ? `${text.slice(0, maxReasonLength)}…` : text)

/** What people can do about a manifest that is there and is of no kind that is known. */
const kept = '; it is kept: push the tag anew, or delete it in the registry'

/** The bytes as text, without the escapes by which JSON may spell every character; undefined where those are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('utf8')
  return text.includes('\\u') ? JSON.stringify(findJson(text)) : text
}

/** Every sha256 digest that stands anywhere in the bytes; undefined where there are more than a record can hold. */
function digestsIn(bytes: Uint8Array): readonly Digest[] | undefined {
  const plain = textOf(bytes)
  if (plain === undefined) return undefined
  const named = new Set<Digest>()
  for (const [digest] of plain.matchAll(/sha256:[0-9a-f]{64}/g)) {
    if (isDigest(digest)) named.add(digest)
    if (named.size > maxNamed) return undefined
  }
  return [...named]
}

/** What `read` answers; what is no answer about this one thing makes it unreadable, and may refer to anything. */
export async function orUnreadable<T>(read: () => Promise<T>): Promise<T | Unreadable> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return { unreadable: reasonOf(error.message) }
  }
}

/**
 * The manifest that these bytes are, which were sent under this digest. A content type that says nothing of them gives
 * way to the type that they state themselves.
 */
export function readManifest(
  bytes: Uint8Array,
  digest: Digest,
  contentType: string,
  what: string,
): Manifest | UnreadableManifest {
  if (digestOf(bytes) !== digest) return otherBytes(bytes, digest, what)
  try {
    return recordable(parseManifest(bytes, mediaTypeIn(bytes, contentType), what), what)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return { digest, unreadable: `${reasonOf(error.message)}${kept}`, ...namedIn(bytes) }
  }
}

/**
 * What a record can hold of a manifest: of artifacts of many thousand files the config and the first of the layers.
 * @throws InvalidInputError for an index of which it cannot hold all, since each child is kept by it
 */
function recordable({ artifactType, ...manifest }: Manifest, what: string): Manifest {
  const children = manifest.children?.length ?? 0
  if (children > maxNamed)
    throw new InvalidInputError(`${what}: expected an index of at most ${maxNamed} manifests, got ${children}`)
  return {
    ...manifest,
    ...(manifest.blobs && { blobs: manifest.blobs.slice(0, maxNamed) }),
    ...(artifactType !== undefined && { artifactType: artifactType.slice(0, maxTypeLength) }),
  }
}

/** What these bytes may refer to. */
export function namedIn(bytes: Uint8Array): Pick<Unreadable, 'mayReferTo'> {
  const mayReferTo = digestsIn(bytes)
  return mayReferTo === undefined ? {} : { mayReferTo }
}

/** The digest of a signed schema 1 manifest is that of its payload; other bytes cannot be attributed to any digest. */
function otherBytes(bytes: Uint8Array, digest: Digest, what: string): UnreadableManifest {
  if (schema1Digest(bytes) === digest)
    return {
      digest,
      unreadable: `${what}: expected a manifest of OCI or Docker schema 2, got one of schema 1, which is not understood; push the image anew with a client of today`,
      ...namedIn(bytes),
    }
  const found = digestOf(bytes)
  return { digest, unreadable: `${what}: expected a body that hashes to ${digest}, got ${found}` }
}

const genericTypes = ['', 'application/json', 'application/octet-stream', 'binary/octet-stream', 'text/plain']

function mediaTypeIn(bytes: Uint8Array, contentType: string): string {
  if (!genericTypes.includes(contentType)) return contentType
  const json = findJson(Buffer.from(bytes).toString('utf8'))
  const stated = typeof json === 'object' && json !== null && 'mediaType' in json ? json.mediaType : undefined
  return typeof stated === 'string' && isManifestType(stated) ? stated : contentType
}
