import { isDeepStrictEqual } from 'node:util'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { findJson } from '../../domain/json.ts'
import { packValues, unpackValues } from './packed-values.ts'

/** Of what is packed so. Bytes of another way begin with another. */
const version = 1
const headBytes = 4

/**
 * Records as they mostly are, the most frequent last: what is packed says by a few bytes where in them it continues.
 * Never changed, since bytes in the table were made with it; other words would be another {@link version}.
 */
const words = [
  '{"unreadable":"","storage":"archived","archivedBy":{"policy":"","subject":"","artifactType":"application/vnd.',
  '"pulledAt":"\u0004","ownReadAt":"\u0004","ownReadIsFirst":true,"deletion":{"runId":"","startedAt":"\u0004","tags":["latest"]}',
  ',"begunBy":"","begun":{"isFailure":false}"mark":{"policy":"","policyHash":"\u0002","runId":"","markedAt":"\u0004","deleteAfter":"\u0004",',
  '"markedFor":{"policyUid":"\u0003","namespaceUid":"\u0003"},"actor":"person annotation inventory","action":"object-deleted archived',
  'restored restore-started delete-failed deletion-told","reason":"deleted outside of shelflife, no policy had begun to delete it; ',
  'the registry does not know the repository any more; no image that stays needs it; outside of the semver window, not used within 30 days, ',
  'not pushed within 30 days, untagged","facts":["push time not known","pulled \u0005 by registry","retagged \u0005 by registry",',
  '"seen in use \u0005 by usage"],"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","mediaType":',
  '"application/vnd.oci.image.index.v1+json","children":["\u0001","\u0001"],"previousDigest":"\u0001","movedAt":"\u0004",',
  '"stage":"Introduction","stage":"Use","stage":"Maintenance","seenBy":"anonymous","action":"tag-gone","action":"image-gone",',
  '"mediaType":"application/vnd.docker.distribution.manifest.v2+json","sizeBytes":',
  '","digest":"\u00060\u0006","mediaType":"application/vnd.oci.image.manifest.v1+json","sizeBytes":1,"children":[],"blobs":[',
  '{"digest":"\u0001","sizeBytes":2},{"digest":"\u0001","sizeBytes":3},{"digest":"\u0001","sizeBytes":4}],"createdAt":"\u0004",',
  '"platform":{"os":"linux","architecture":"arm64","variant":"v8"},"platform":{"os":"linux","architecture":"amd64"},',
  '"firstSeenAt":"\u0004","pushedAt":{"at":"\u0004","source":"first-seen"},"pushedAt":{"at":"\u0004","source":"registry"},',
  '"pushedAt":{"at":"\u0004","source":"event"},"stage":"Cleanup","goneAt":"\u0004","seenBy":"installation","number":4,"change":{',
  '{"repository":"","tag":"","digest":"\u0001","firstSeenAt":"\u0004","checkedAt":"\u0004","goneAt":"\u0004","seenBy":"installation","number":2,',
  '"change":{"id":"\u0003","at":"\u00063\u0006","actor":"sync","actor":"policy ","action":"deleted","digest":"\u00060\u0006",',
  '"tag":"","runId":"20260101T020000Z-scheduled","reason":"not among the newest 1","facts":["pushed \u0005 by registry","pushed \u0005 by event",',
  '"created \u0005 by image config, which is no age","marked \u0005"],"begun":{"id":"\u0003","at":"\u0004"}}}',
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
