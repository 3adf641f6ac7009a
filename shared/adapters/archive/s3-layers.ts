import { createHash } from 'node:crypto'
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { Digest } from '../../domain/digest.ts'
import { dayMs } from '../../domain/duration.ts'
import type { Blob } from '../../domain/image.ts'
import { InvalidInputError, NotFoundError } from '../../errors.ts'
import type { LayerArchive } from '../../ports/layer-archive.ts'
import { layerArchivePrefix, layerExpiryDays } from '../../wiring.ts'
import { archiveFailure } from './archive-failure.ts'
import { copyInParts, putInParts } from './s3-parts.ts'

export interface LayerArchiveOptions {
  /** What the settings promise: so long an image is restorable that was archived with its layers. */
  readonly days: number
  readonly now: () => Date
  /** Of an object that is written in parts; default 8 MiB, more for what would have too many. */
  readonly partBytes?: number
}

const defaultPartBytes = 8 * 1024 * 1024
/** S3 takes 10,000. */
const mostParts = 9_000
/** The most that S3 copies in one call. */
const copyableBytes = 5 * 1024 ** 3
/** The bucket's rule counts in days: a copy a day lets a blob that many images share outlive the last of them. */
const freshMs = dayMs

/**
 * One object a blob, `blobs/sha256/HEX`, which the bucket's rule removes. The time of its last write says until when it
 * lives: it is copied onto itself for an image that is archived with it later.
 */
export function createLayerArchive(client: S3Client, bucket: string, options: LayerArchiveOptions): LayerArchive {
  const { days, now, partBytes = defaultPartBytes } = options
  const find = async (digest: Digest) => {
    const head = await findHead(client, bucket, keyOf(digest))
    return head && { sizeBytes: head.ContentLength ?? 0, writtenAt: head.LastModified ?? new Date(0) }
  }
  return {
    async findBlob(digest) {
      const found = await find(digest)
      if (!found) return undefined
      const livesUntil = new Date(found.writtenAt.getTime() + layerExpiryDays(days) * dayMs)
      // What is over may still be listed for a while: the rule removes it when it gets to it.
      return livesUntil > now() ? { sizeBytes: found.sizeBytes, livesUntil } : undefined
    },
    async keepBlob({ digest, sizeBytes }) {
      const found = await find(digest)
      if (found?.sizeBytes !== sizeBytes) return false
      if (now().getTime() - found.writtenAt.getTime() > freshMs) await renew(client, bucket, keyOf(digest), sizeBytes)
      return true
    },
    async putBlob(blob, chunks) {
      const place = { Bucket: bucket, Key: keyOf(blob.digest) }
      const bytes = verified(chunks, blob, place.Key)
      const size = Math.max(partBytes, Math.ceil(blob.sizeBytes / mostParts))
      if (blob.sizeBytes > size) return putInParts(client, place, bytes, size)
      const Body = await collect(bytes)
      await client
        .send(new PutObjectCommand({ ...place, Body, ContentType }))
        .catch(archiveFailure(place.Key, 'written'))
    },
    openBlob: digest => open(client, bucket, keyOf(digest)),
  }
}

const ContentType = 'application/octet-stream'

const keyOf = (digest: Digest): string => `${layerArchivePrefix}${digest.replace(':', '/')}`

/** The same bytes; throws in the place of the end where they are not those of the digest. */
async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  { digest, sizeBytes }: Blob,
  key: string,
): AsyncGenerator<Uint8Array> {
  const [algorithm = ''] = digest.split(':')
  const hash = createHash(algorithm)
  let got = 0
  for await (const chunk of chunks) {
    got += chunk.byteLength
    if (got > sizeBytes) throw new InvalidInputError(`archive ${key}: expected ${sizeBytes} bytes, got more`)
    hash.update(chunk)
    yield chunk
  }
  if (got < sizeBytes) throw new InvalidInputError(`archive ${key}: expected ${sizeBytes} bytes, got ${got}`)
  const found = `${algorithm}:${hash.digest('hex')}`
  if (found !== digest)
    throw new InvalidInputError(`archive ${key}: expected bytes that hash to ${digest}, got ${found}`)
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

async function findHead(client: S3Client, Bucket: string, Key: string) {
  try {
    return await client.send(new HeadObjectCommand({ Bucket, Key }))
  } catch (cause) {
    if (cause instanceof NotFound || cause instanceof NoSuchKey) return undefined
    return archiveFailure(Key, 'read')(cause)
  }
}

/** S3 refuses a copy onto itself that changes nothing, so that it gets its metadata anew. */
async function renew(client: S3Client, Bucket: string, Key: string, sizeBytes: number): Promise<void> {
  const place = { Bucket, Key, CopySource: `${Bucket}/${Key}` }
  if (sizeBytes > copyableBytes) return copyInParts(client, place, sizeBytes)
  const command = new CopyObjectCommand({ ...place, MetadataDirective: 'REPLACE', ContentType })
  await client.send(command).catch(archiveFailure(Key, 'renewed'))
}

async function open(client: S3Client, Bucket: string, Key: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
    return translated(Body as unknown as AsyncIterable<Uint8Array>, Key)
  } catch (cause) {
    if (cause instanceof NoSuchKey)
      throw new NotFoundError(`archive ${Key}: expected a layer, it is there no more`, { cause })
    return archiveFailure(Key, 'read')(cause)
  }
}

async function* translated(chunks: AsyncIterable<Uint8Array>, key: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (cause) {
    archiveFailure(key, 'read')(cause)
  }
}
