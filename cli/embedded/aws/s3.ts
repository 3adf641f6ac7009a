import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { decodeAwsChunked, isAwsChunked } from './aws-chunked.ts'
import { AwsError } from './aws-error.ts'
import type { BucketStore, ObjectHead } from './object-store.ts'
import { listingXml, parseListQuery } from './s3-listing.ts'
import { xmlDocument } from './xml.ts'

const maxObjectBytes = 64 * 1024 * 1024
const metadataPrefix = 'x-amz-meta-'

interface Address {
  readonly bucket: string
  /** Empty when the bucket itself is meant. */
  readonly key: string
}

/** The part of S3 that keeps small objects. @see https://docs.aws.amazon.com/AmazonS3/latest/API/ */
export const s3Routes = (store: BucketStore, onUnhandled: (error: Error) => void): Hono<{ Bindings: HttpBindings }> => {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.all('*', async c => {
    const address = addressOf(new URL(c.req.url).hostname, c.env.incoming.url ?? '/')
    return perform(store, address, c, onUnhandled)
  })
  app.onError((error, c) => {
    const known =
      error instanceof AwsError ? error : new AwsError('InternalError', 'the embedded S3 failed', { status: 500 })
    if (known !== error) onUnhandled(error)
    return errorResponse(known, c)
  })
  return app
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

const perform = async (store: BucketStore, address: Address, c: Context, onUnhandled: (error: Error) => void) => {
  const operation = `${c.req.method} ${address.key === '' ? 'bucket' : 'object'}`
  if (operation === 'PUT bucket') return createBucket(store, address.bucket)
  if (!isBucketName(address.bucket) || !(await store.hasBucket(address.bucket))) throw noSuchBucket(address.bucket)
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
  if (c.req.header('x-amz-copy-source') !== undefined) {
    throw new AwsError('NotImplemented', 'CopyObject is not served by the embedded S3', { status: 501 })
  }
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

const metadataOf = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    Array.from(headers)
      .filter(([name]) => name.startsWith(metadataPrefix))
      .map(([name, value]) => [name.slice(metadataPrefix.length), value]),
  )

const getObject = async (store: BucketStore, address: Address, c: Context): Promise<Response> => {
  const found = await store.find(address.bucket, address.key)
  if (!found) throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 })
  return new Response(c.req.method === 'HEAD' ? null : found.body, { headers: headersOf(found.head) })
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
