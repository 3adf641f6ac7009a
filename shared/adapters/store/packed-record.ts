import { isDeepStrictEqual } from 'node:util'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { findJson } from '../../domain/json.ts'
import { packValues, unpackValues } from './packed-values.ts'

/** Of what is packed so. Bytes of another way begin with another. */
const version = 1
const headBytes = 4

/**
 * Words that records are made of, the most frequent last: what is packed says by a few bytes where in them it continues.
 * Never changed, since bytes in the table were made with it; other words would be another {@link version}.
 */
const words = [
  'annotation inventory person keepRecent maxAge untagged OrphanedArtifacts children blobs platform os linux architecture',
  'amd64arm64"variant":"v8""subject":"artifactType":"ownReadAt":"ownReadIsFirst":true"pulledAt":"unreadable":"storage":"archived"',
  '"movedAt":"","previousDigest":"","deletion":{"runId":"","startedAt":"","tags":["latest","mark":{"policy":"","policyHash":"",',
  '"markedAt":"","deleteAfter":"","markedFor":{"policyUid":"","namespaceUid":""},"archivedBy":{"begunBy":"","begun":{"isFailure":',
  'the registry answers 404 for it, and no longer holds it","deleted by  newer images of its repository are kept",',
  '"facts":["pushed ","never seen running","not used since","marked  by its policy","deleted from the registry"',
  'application/vnd.docker.distribution.manifest.list.v2+json application/vnd.oci.image.index.v1+json',
  '"action":"image-gone","tag-gone","archived","object-deleted","restored","deletion-told","delete-failed',
  '"repository":"","tag":"","digest":"","firstSeenAt":"","checkedAt":"","goneAt":"","seenBy":"installation","number":2,',
  '"mediaType":"application/vnd.docker.distribution.manifest.v2+json","mediaType":"application/vnd.oci.image.manifest.v1+json",',
  '"sizeBytes":,"children":[],"blobs":[{"digest":"","sizeBytes":},{"digest":"","createdAt":"","platform":{"os":"linux",',
  '"architecture":"amd64"},"firstSeenAt":"","pushedAt":{"at":"","source":"registry-event","source":"image-created","source":',
  '"first-seen"},"stage":"Introduction","stage":"Maintenance","stage":"Use","stage":"Cleanup","goneAt":"","number":3,',
  '"change":{"id":"","at":"","actor":"sync","actor":"policy ","action":"deleted","digest":"","tag":"","runId":"',
  '","reason":"","facts":[],"begun":{"id":"","at":""}}}',
].join('')

/**
 * A value as JSON has it, in few bytes. `known` is told again where it is unpacked, and takes no room: what the key of its
 * item says. Undefined for a value that would not come back as it is.
 */
export function packRecord(value: object, known: readonly string[]): Uint8Array | undefined {
  const { text, values } = packValues(JSON.stringify(value), known)
  const deflated = deflateRawSync(text, { level: 9, dictionary: dictionaryOf(known) })
  const head = Buffer.alloc(headBytes)
  head.writeUInt32BE(values.length)
  head[0] = version
  const bytes = Buffer.concat([head, values, deflated])
  return values.length < mostBytes && isDeepStrictEqual(unpackRecord(bytes, known), value) ? bytes : undefined
}

/** What three bytes say. */
const mostBytes = 1 << 24

/** Undefined for bytes of something else. */
export function unpackRecord(packed: Uint8Array, known: readonly string[]): unknown {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  if (bytes.length < headBytes || bytes[0] !== version) return undefined
  const end = headBytes + bytes.readUIntBE(1, headBytes - 1)
  const text = inflated(bytes.subarray(end), known)
  const json = text === undefined ? undefined : unpackValues(text, bytes.subarray(headBytes, end), known)
  return json === undefined ? undefined : findJson(json)
}

function inflated(bytes: Buffer, known: readonly string[]): string | undefined {
  try {
    return inflateRawSync(bytes, { dictionary: dictionaryOf(known) }).toString('utf8')
  } catch {
    return undefined
  }
}

const dictionaryOf = (known: readonly string[]): Buffer => Buffer.from(`${known.join('')}${words}`)
