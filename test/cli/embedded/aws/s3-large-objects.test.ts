import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { copyInParts } from '../../../../shared/adapters/archive/s3-parts.ts'
import { s3Ways, testAws, testFolder } from './embedded-aws.ts'

const Bucket = 'archive'
const Key = 'blobs/one'
const partBytes = 5 * 1024 * 1024

describe.each(s3Ways)('%s', (_, optionsOf) => {
  async function started(dataDir?: string, now?: () => number) {
    const aws = await testAws({ buckets: [Bucket], ...(dataDir !== undefined && { dataDir }), ...(now && { now }) })
    const client = new S3Client({ ...optionsOf(aws), forcePathStyle: true })
    const begin = async () => (await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId
    const putPart = async (UploadId: string | undefined, PartNumber: number, Body: Uint8Array) => {
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
      return { PartNumber, ETag }
    }
    const complete = (UploadId: string | undefined, Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
    const get = async () => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
      return Buffer.from((await Body?.transformToByteArray()) ?? [])
    }
    return { aws, client, begin, putPart, complete, get }
  }

  const nameOf = (sent: Promise<unknown>) => sent.catch(error => error.name)

  it('puts parts together in their order, also of an upload that was begun before a restart', async () => {
    const dataDir = await testFolder()
    const first = await started(dataDir)
    const id = await first.begin()
    const two = await first.putPart(id, 2, Buffer.from('end'))
    await first.aws.close()
    const { putPart, complete, get } = await started(dataDir)

    const one = await putPart(id, 1, Buffer.alloc(partBytes, 'a'))
    const done = await complete(id, [one, two])

    expect((await get()).equals(Buffer.concat([Buffer.alloc(partBytes, 'a'), Buffer.from('end')]))).toBe(true)
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/)
    expect(await nameOf(complete(id, [one, two]))).toBe('NoSuchUpload')
  })

  it('refuses parts that are too small, out of order or unknown, as S3 does', async () => {
    const { begin, putPart, complete } = await started()
    const id = await begin()
    const [one, two] = [await putPart(id, 1, Buffer.from('small')), await putPart(id, 2, Buffer.from('end'))]

    expect(await nameOf(complete(id, [one, two]))).toBe('EntityTooSmall')
    expect(await nameOf(complete(id, [{ ...one, ETag: two.ETag }]))).toBe('InvalidPart')
    expect(await nameOf(complete('another', [one]))).toBe('NoSuchUpload')
  })

  it('forgets an upload that was not completed within a day', async () => {
    const dataDir = await testFolder()
    const first = await started(dataDir)
    const id = await first.begin()
    const one = await first.putPart(id, 1, Buffer.from('end'))
    await first.aws.close()

    const { complete } = await started(dataDir, () => Date.now() + 25 * 3600 * 1000)

    expect(await nameOf(complete(id, [one]))).toBe('NoSuchUpload')
  })

  it('copies an object onto itself only where that changes something, in one call or by parts', async () => {
    const { client, get } = await started()
    const bytes = Buffer.alloc(partBytes, 'layer')
    await client.send(new PutObjectCommand({ Bucket, Key, Body: bytes, ContentType: 'text/plain' }))
    const source = { Bucket, Key, CopySource: `${Bucket}/${Key}` }

    expect(await nameOf(client.send(new CopyObjectCommand(source)))).toBe('InvalidRequest')
    const replaced = { MetadataDirective: 'REPLACE', ContentType: 'text/html', Metadata: { again: 'yes' } } as const
    await client.send(new CopyObjectCommand({ ...source, ...replaced }))
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }))
    await copyInParts(client, source, bytes.byteLength)

    expect(head).toMatchObject({ ContentType: 'text/html', Metadata: { again: 'yes' } })
    expect((await get()).equals(bytes)).toBe(true)
    expect((await client.send(new HeadObjectCommand({ Bucket, Key }))).ETag).toMatch(/-1"$/)
  })
})
