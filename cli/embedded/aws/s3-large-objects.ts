import type { Context } from 'hono'
import { decodeAwsChunked, isAwsChunked } from './aws-chunked.ts'
import { AwsError } from './aws-error.ts'
import type { MultipartUploads, NamedPart } from './multipart-uploads.ts'
import type { BucketStore, StoredObject } from './object-store.ts'
import { type XmlChild, xmlDocument } from './xml.ts'

interface Parts {
  readonly store: BucketStore
  readonly uploads: MultipartUploads
}

interface Place {
  readonly bucket: string
  readonly key: string
}

const metadataPrefix = 'x-amz-meta-'

/** What a client wants to be kept beside the content: `x-amz-meta-…`. */
export const metadataOf = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    Array.from(headers)
      .filter(([name]) => name.startsWith(metadataPrefix))
      .map(([name, value]) => [name.slice(metadataPrefix.length), value]),
  )

/** True where the content is that of another object, or of the same. */
export const isCopy = (c: Context): boolean => c.req.header('x-amz-copy-source') !== undefined

/** The object that is to be copied. */
export async function findSource(
  store: BucketStore,
  c: Context,
): Promise<{ readonly source: Place; readonly object: StoredObject }> {
  const named = decodeURIComponent(c.req.header('x-amz-copy-source') ?? '').replace(/^\//, '')
  const [bucket = '', ...key] = named.split('/')
  const source = { bucket, key: key.join('/') }
  const object = await store.find(bucket, source.key)
  if (!object) throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 })
  return { source, object }
}

/** Answers what is about a multipart upload; undefined for every other request. */
export async function performMultipart(parts: Parts, place: Place, c: Context): Promise<Response | undefined> {
  const { uploads, store } = parts
  const { uploadId, partNumber, uploads: isStart } = c.req.query()
  if (c.req.method === 'POST' && isStart !== undefined) {
    const { headers } = c.req.raw
    const contentType = headers.get('content-type') ?? 'application/octet-stream'
    const id = await uploads.start({ ...place, contentType, metadata: metadataOf(headers) })
    return answer('InitiateMultipartUploadResult', [
      ['Bucket', place.bucket],
      ['Key', place.key],
      ['UploadId', id],
    ])
  }
  if (uploadId === undefined) return undefined
  switch (c.req.method) {
    case 'PUT':
      return putPart(parts, uploadId, partNumber, c)
    case 'POST': {
      const head = await uploads.complete(uploadId, namedParts(await c.req.text()), store)
      return answer('CompleteMultipartUploadResult', [
        ['Bucket', place.bucket],
        ['Key', place.key],
        ['ETag', head.etag],
      ])
    }
    case 'DELETE':
      await uploads.abort(uploadId)
      return new Response(null, { status: 204 })
  }
  return undefined
}

async function putPart(
  { store, uploads }: Parts,
  uploadId: string,
  partNumber: string | undefined,
  c: Context,
): Promise<Response> {
  const number = Number(partNumber)
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    throw new AwsError('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
  if (!isCopy(c)) {
    const sent = new Uint8Array(await c.req.arrayBuffer())
    const bytes = isAwsChunked(c.req.raw.headers) ? decodeAwsChunked(sent) : sent
    return new Response(null, { headers: { etag: await uploads.putPart(uploadId, number, of(bytes)) } })
  }
  const { object } = await findSource(store, c)
  const range = /^bytes=(\d+)-(\d+)$/.exec(c.req.header('x-amz-copy-source-range') ?? '')
  const [, first, last] = range ?? []
  const content = object.open(range ? { first: Number(first), last: Number(last) } : undefined)
  return answer('CopyPartResult', [['ETag', await uploads.putPart(uploadId, number, content)]])
}

async function* of(bytes: Uint8Array) {
  yield bytes
}

/** The parts that the body of a completion names, in its order. */
const namedParts = (xml: string): NamedPart[] =>
  [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1]),
    etag: /<ETag>(?:&quot;|&#34;|")?([0-9a-f]+)(?:&quot;|&#34;|")?<\/ETag>/.exec(part)?.[1] ?? '',
  }))

const answer = (root: string, children: readonly XmlChild[]): Response =>
  new Response(xmlDocument(root, children), { headers: { 'content-type': 'application/xml' } })
