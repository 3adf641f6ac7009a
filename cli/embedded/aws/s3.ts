import { Readable } from 'node:stream'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { PutOwnObject } from '../../../shared/own-aws.ts'
import { decodeAwsChunked, isAwsChunked } from './aws-chunked.ts'
import { AwsError } from './aws-error.ts'
import type { MultipartUploads } from './multipart-uploads.ts'
import type { BucketStore, ObjectHead } from './object-store.ts'
import { findSource, isCopy, metadataOf, performMultipart } from './s3-large-objects.ts'
import { listingXml, parseListQuery } from './s3-listing.ts'
import { xmlDocument } from './xml.ts'

const maxObjectBytes = 64 * 1024 * 1024
const metadataPrefix = 'x-amz-meta-'

/** Which bucket, and which object in it, a request means. */
export interface Address {
  readonly bucket: string
  /** Empty when the bucket itself is meant. */
  readonly key: string
}

export interface S3Parts {
  readonly store: BucketStore
  readonly uploads: MultipartUploads
}

/** The part of S3 that keeps objects, large ones by multipart uploads. @see https://docs.aws.amazon.com/AmazonS3/latest/API/ */
export const s3Routes = (parts: S3Parts, onUnhandled: (error: Error) => void): Hono<{ Bindings: HttpBindings }> => {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.all('*', async c => {
    const address = addressOf(new URL(c.req.url).hostname, c.env.incoming.url ?? '/')
    return perform(parts, address, c, onUnhandled)
  })
  app.onError((error, c) => {
    const known =
      error instanceof AwsError ? error : new AwsError('InternalError', 'the embedded S3 failed', { status: 500 })
    if (known !== error) onUnhandled(error)
    return errorResponse(known, c)
  })
  return app
}

/** As a PUT of this process that S3 answers with 200. */
export const ownPut =
  (store: BucketStore): PutOwnObject =>
  async (bucket, object) => {
    if (!isBucketName(bucket) || !(await store.hasBucket(bucket))) throw noSuchBucket(bucket)
    await store.put(bucket, { ...object, metadata: {} }, false)
  }

/**
 * Reads `/BUCKET/KEY`, or `/KEY` of the host `BUCKET.localhost` (before an IP address no name can stand). The path must
 * be the one that was sent: a URL object would resolve the `..` of a key.
 */
export const addressOf = (hostname: string, sentPath: string): Address => {
  const path = sentPath.replace(/\?.*$/s, '').slice(1).split('/').map(decodeSegment)
  const virtualHost = /^(.+)\.localhost$/.exec(hostname)?.[1]
  const [bucket = '', ...key] = virtualHost === undefined ? path : [virtualHost, ...path]
  return { bucket, key: key.join('/') }
}

const decodeSegment = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.")
  }
}

const perform = async (parts: S3Parts, address: Address, c: Context, onUnhandled: (error: Error) => void) => {
  const { store } = parts
  const operation = `${c.req.method} ${address.key === '' ? 'bucket' : 'object'}`
  if (operation === 'PUT bucket') return createBucket(store, address.bucket)
  if (!isBucketName(address.bucket) || !(await store.hasBucket(address.bucket))) throw noSuchBucket(address.bucket)
  const multipart = address.key === '' ? undefined : await performMultipart(parts, address, c)
  if (multipart) return multipart
  switch (operation) {
    case 'HEAD bucket':
      return new Response(null)
    case 'GET bucket':
      return listObjects(store, address.bucket, c)
    case 'PUT object':
      return putObject(store, address, c)
    case 'GET object':
    case 'HEAD object':
      return getObject(store, address, c)
    case 'DELETE object':
      await store.delete(address.bucket, address.key)
      return new Response(null, { status: 204 })
  }
  onUnhandled(new Error(`${operation} is not served by the embedded S3`))
  throw new AwsError('NotImplemented', `${operation} is not served by the embedded S3`, { status: 501 })
}

const isBucketName = (name: string): boolean => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)

const noSuchBucket = (bucket: string): AwsError =>
  new AwsError('NoSuchBucket', `the bucket ${bucket} does not exist`, { status: 404 })

const createBucket = async (store: BucketStore, bucket: string): Promise<Response> => {
  if (!isBucketName(bucket)) throw new AwsError('InvalidBucketName', `${bucket} is not a bucket name`)
  await store.createBucket(bucket)
  return new Response(null, { headers: { location: `/${bucket}` } })
}

const listObjects = async (store: BucketStore, bucket: string, c: Context): Promise<Response> => {
  if (c.req.query('list-type') !== '2')
    throw new AwsError('NotImplemented', 'only ListObjectsV2 is served', { status: 501 })
  const query = parseListQuery(c.req.query())
  const xml = listingXml(bucket, await store.list(bucket, query.prefix), query)
  return new Response(xml, { headers: { 'content-type': 'application/xml' } })
}

const putObject = async (store: BucketStore, address: Address, c: Context): Promise<Response> => {
  if (isCopy(c)) return copyObject(store, address, c)
  if (Number(c.req.header('content-length') ?? 0) > maxObjectBytes) {
    throw new AwsError('EntityTooLarge', `an object may have at most ${maxObjectBytes} bytes here`)
  }
  const headers = c.req.raw.headers
  const sent = new Uint8Array(await c.req.arrayBuffer())
  const object = {
    key: address.key,
    body: isAwsChunked(headers) ? decodeAwsChunked(sent) : sent,
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    metadata: metadataOf(headers),
  }
  const head = await store.put(address.bucket, object, headers.get('if-none-match') === '*')
  if (head) return new Response(null, { headers: { etag: head.etag } })
  throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
  })
}

/** As S3 does it: one that is copied onto itself must change. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
const copyObject = async (store: BucketStore, { bucket, key }: Address, c: Context): Promise<Response> => {
  const { source, object } = await findSource(store, c)
  const { headers } = c.req.raw
  const isReplaced = headers.get('x-amz-metadata-directive') === 'REPLACE'
  if (source.bucket === bucket && source.key === key && !isReplaced)
    throw new AwsError('InvalidRequest', 'This copy request is illegal: it changes nothing of the object')
  const { etag, sizeBytes, contentType, metadata } = object.head
  const about = isReplaced
    ? { contentType: headers.get('content-type') ?? 'application/octet-stream', metadata: metadataOf(headers) }
    : { contentType, metadata }
  const head = await store.putStream(bucket, { key, etag, sizeBytes, ...about }, object.open())
  const xml = xmlDocument('CopyObjectResult', [
    ['LastModified', new Date(head.modifiedAtMs).toISOString()],
    ['ETag', head.etag],
  ])
  return new Response(xml, { headers: { 'content-type': 'application/xml' } })
}

const getObject = async (store: BucketStore, address: Address, c: Context): Promise<Response> => {
  const found = await store.find(address.bucket, address.key)
  if (!found) throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 })
  const body = c.req.method === 'HEAD' ? null : (Readable.toWeb(found.open()) as ReadableStream)
  return new Response(body, { headers: headersOf(found.head) })
}

const headersOf = (head: ObjectHead): Record<string, string> => ({
  etag: head.etag,
  'content-type': head.contentType,
  'content-length': String(head.sizeBytes),
  'last-modified': new Date(head.modifiedAtMs).toUTCString(),
  ...Object.fromEntries(Object.entries(head.metadata).map(([name, value]) => [`${metadataPrefix}${name}`, value])),
})

export const errorResponse = (error: AwsError, c: Context): Response => {
  const body = xmlDocument('Error', [
    ['Code', error.code],
    ['Message', error.message],
    ['Resource', c.req.path],
    ['RequestId', crypto.randomUUID()],
  ])
  // A HEAD answer has no body: the client makes its error of the status alone.
  return new Response(c.req.method === 'HEAD' ? null : body, {
    status: error.status,
    headers: { 'content-type': 'application/xml' },
  })
}
