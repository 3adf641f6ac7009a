import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchBucket,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { decodeAwsChunked } from '../../../../cli/embedded/aws/aws-chunked.ts'
import { addressOf } from '../../../../cli/embedded/aws/s3.ts'
import { s3Ways, testAws, testFolder } from './embedded-aws.ts'

const Bucket = 'manifests'

describe.each(s3Ways)('%s', (_, optionsOf) => {
  const started = async (dataDir?: string) => {
    const aws = await testAws({ buckets: [Bucket], ...(dataDir !== undefined && { dataDir }) })
    const client = new S3Client({ ...optionsOf(aws), forcePathStyle: true })
    const put = (
      Key: string,
      Body: NonNullable<PutObjectCommandInput['Body']>,
      options: Partial<PutObjectCommandInput> = {},
    ) => client.send(new PutObjectCommand({ Bucket, Key, Body, ...options }))
    const get = async (Key: string) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
      return Body?.transformToString()
    }
    return { aws, client, put, get }
  }

  it('keeps an object with its type and metadata over a restart', async () => {
    const dataDir = await testFolder()
    const first = await started(dataDir)
    const ContentType = 'application/vnd.oci.image.manifest.v1+json'
    const sent = await first.put('a/b', '{"ü":1}', { ContentType, Metadata: { subject: 'sha256:1' } })
    await first.aws.close()

    const { client, get } = await started(dataDir)
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'a/b' }))

    expect(head).toMatchObject({ ContentType, ContentLength: 8, ETag: sent.ETag, Metadata: { subject: 'sha256:1' } })
    expect(await get('a/b')).toBe('{"ü":1}')
  })

  it('takes the content out of a body sent in aws-chunks', async () => {
    const { put, get } = await started()
    const content = 'x'.repeat(200_000)

    await put('streamed', Readable.from([Buffer.from(content)]), { ContentLength: content.length })

    expect(await get('streamed')).toBe(content)
  })

  it('passes over the signatures of signed chunks, and refuses a body that ends early', () => {
    const signed = '3;chunk-signature=aa\r\nabc\r\n2;chunk-signature=bb\r\nde\r\n0;chunk-signature=cc\r\n\r\n'

    expect(decodeAwsChunked(Buffer.from(signed)).toString()).toBe('abcde')
    expect(() => decodeAwsChunked(Buffer.from('5\r\nabc'))).toThrow('does not have the length its chunks state')
    expect(() => decodeAwsChunked(Buffer.from('3\r\nabc\r\n'))).toThrow('does not have the length its chunks state')
  })

  it('lets one of many writers that ask for a new object win', async () => {
    const { put, get } = await started()

    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map(body => put('once', body, { IfNoneMatch: '*' })))

    const lost = outcomes.filter(outcome => outcome.status === 'rejected')
    expect(lost).toHaveLength(3)
    for (const outcome of lost) {
      expect(outcome.reason).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } })
    }
    const winner = outcomes.findIndex(outcome => outcome.status === 'fulfilled')
    expect(await get('once')).toBe(['a', 'b', 'c', 'd'][winner])
  })

  it('replaces an object that is written without a condition, and forgets a deleted one', async () => {
    const { client, put, get } = await started()
    await put('k', 'old')
    await put('k', 'new')

    const replaced = await get('k')
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))

    expect(replaced).toBe('new')
    await expect(get('k')).rejects.toBeInstanceOf(NoSuchKey)
  })

  it('raises the exceptions of S3', async () => {
    const { client } = await started()

    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toBeInstanceOf(NotFound)
    await expect(client.send(new GetObjectCommand({ Bucket: 'nobody', Key: 'k' }))).rejects.toBeInstanceOf(NoSuchBucket)
    await expect(client.send(new GetObjectCommand({ Bucket: '..', Key: 'k' }))).rejects.toBeInstanceOf(NoSuchBucket)
  })

  it.each(['../../escape', 'a//b', `${'long/'.repeat(200)}x`, 'sha256:aa', 'a b+c&d<e>"é', '.'])(
    'B8 takes the key %.20s for a name and nothing else',
    async key => {
      const { client, put } = await started()

      await put(key, 'x')
      const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: key }))

      expect(Contents).toMatchObject([{ Key: key, Size: 1 }])
    },
  )

  it('lists by prefix, in order, page by page', async () => {
    const { client, put } = await started()
    for (const key of ['b/2', 'a/1', 'b/10', 'c', 'b/1']) await put(key, 'x')

    const keys: (string | undefined)[] = []
    let token: string | undefined
    do {
      const input = { Bucket, Prefix: 'b/', MaxKeys: 2, ContinuationToken: token }
      const page = await client.send(new ListObjectsV2Command(input))
      keys.push(...(page.Contents ?? []).map(object => object.Key))
      token = page.NextContinuationToken
    } while (token !== undefined)

    expect(keys).toEqual(['b/1', 'b/10', 'b/2'])
  })

  it('folds keys at a delimiter', async () => {
    const { client, put } = await started()
    for (const key of ['a/1', 'a/2', 'b/1', 'c']) await put(key, 'x')

    const page = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }))

    expect(page.CommonPrefixes).toEqual([{ Prefix: 'a/' }, { Prefix: 'b/' }])
    expect(page.Contents).toMatchObject([{ Key: 'c' }])
  })

  it('reads the bucket from the path or from the host', () => {
    expect(addressOf('127.0.0.1', '/manifests/a/b%20c?x-id=GetObject')).toEqual({ bucket: 'manifests', key: 'a/b c' })
    expect(addressOf('manifests.localhost', '/a/b')).toEqual({ bucket: 'manifests', key: 'a/b' })
  })
})
