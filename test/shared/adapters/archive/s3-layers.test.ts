import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { createLayerArchive } from '../../../../shared/adapters/archive/s3-layers.ts'
import type { Digest } from '../../../../shared/domain/digest.ts'
import { InvalidInputError, NotFoundError, UnavailableError } from '../../../../shared/errors.ts'
import { clientOptions, testAws } from '../../../cli/embedded/aws/embedded-aws.ts'

const bucket = 'archive'
const dayMs = 24 * 3600 * 1000
/** The least that S3 takes of a part that is not the last. */
const partBytes = 5 * 1024 * 1024

const blobOf = (bytes: Uint8Array) => ({
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest,
  sizeBytes: bytes.byteLength,
})
async function* chunksOf(...chunks: readonly Uint8Array[]) {
  yield* chunks
}

const small = Buffer.from('a config')
const large = Buffer.alloc(2 * partBytes + 1_000, 'a layer')
const inPieces = () =>
  chunksOf(...Array.from({ length: 11 }, (_, at) => large.subarray(at * 1_000_000, (at + 1) * 1_000_000)))

async function started() {
  let days = 0
  const now = () => new Date(Date.now() + days * dayMs)
  const aws = await testAws({
    buckets: [bucket],
    now: () => now().getTime(),
    expiries: [{ prefix: 'blobs/', days: 31 }],
  })
  const client = new S3Client({ ...clientOptions(aws.endpoint), forcePathStyle: true })
  const sent: string[] = []
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      args => {
        sent.push(commandName)
        return next(args)
      },
    { step: 'initialize' },
  )
  const archive = createLayerArchive(client, bucket, { days: 30, now, partBytes })
  const keys = async () =>
    (await client.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents?.map(one => one.Key) ?? []
  const pass = (more: number) => {
    days += more
  }
  return { archive, client, sent, keys, pass, now, aws }
}

describe('a blob', () => {
  it.each([
    ['in one call', small, () => chunksOf(small), 1],
    ['in parts', large, inPieces, 5],
  ])('is written %s, and read bit for bit', async (_, bytes, chunks, calls) => {
    const { archive, sent, keys } = await started()

    await archive.putBlob(blobOf(bytes), chunks())

    expect(sent).toHaveLength(calls)
    const { digest } = blobOf(bytes)
    expect((await buffer(await archive.openBlob(digest))).equals(bytes)).toBe(true)
    expect((await archive.findBlob(digest))?.sizeBytes).toBe(bytes.byteLength)
    expect(await keys()).toEqual([`blobs/${digest.replace(':', '/')}`])
  })

  it.each([
    ['too short', small, small.subarray(1)],
    ['too long', small, Buffer.concat([small, small])],
    ['of other bytes', small, Buffer.from('a clover')],
    ['large and too short', large, large.subarray(1)],
    ['large and too long', large, Buffer.concat([large, small])],
    ['large and of other bytes', large, Buffer.alloc(large.byteLength, 'another')],
  ])('B17 that comes %s is never there', async (_, meant, came) => {
    const { archive, keys } = await started()

    const failure = await archive.putBlob(blobOf(meant), chunksOf(came)).catch(error => error)

    expect(failure).toBeInstanceOf(InvalidInputError)
    expect(await keys()).toEqual([])
    expect(await archive.findBlob(blobOf(meant).digest)).toBeUndefined()
  })

  it('whose bytes break off is ended in the archive too, with what was thrown', async () => {
    const { archive, sent, keys } = await started()
    const broken = new UnavailableError('expected the whole body', { kind: 'network' })
    async function* breaking() {
      yield large.subarray(0, 2 * partBytes)
      throw broken
    }

    const failure = await archive.putBlob(blobOf(large), breaking()).catch(error => error)

    expect(failure).toBe(broken)
    expect(sent.at(-1)).toBe('AbortMultipartUploadCommand')
    expect(await keys()).toEqual([])
  })

  it('that is not there says so when it is read', async () => {
    const { archive } = await started()

    expect(await archive.openBlob(blobOf(small).digest).catch(error => error)).toBeInstanceOf(NotFoundError)
    expect(await archive.keepBlob(blobOf(small))).toBe(false)
  })

  it('that the archive refuses is a failure that names it', async () => {
    const { archive, aws } = await started()
    await aws.close()

    expect(await archive.putBlob(blobOf(small), chunksOf(small)).catch(error => error)).toMatchObject({
      message: expect.stringContaining('archive: blobs/sha256/'),
    })
    expect(await archive.keepBlob(blobOf(small)).catch(error => error)).toBeInstanceOf(UnavailableError)
  }, 60_000)
})

describe('the life of a blob', () => {
  it('begins anew for each image that is archived with it on another day', async () => {
    const { archive, sent, pass, now } = await started()
    await archive.putBlob(blobOf(small), chunksOf(small))
    await archive.keepBlob(blobOf(small))
    expect(sent).not.toContain('CopyObjectCommand')

    pass(20)
    await archive.keepBlob(blobOf(small))
    pass(30)

    expect(sent.filter(one => one === 'CopyObjectCommand')).toHaveLength(1)
    const found = await archive.findBlob(blobOf(small).digest)
    expect(found && found.livesUntil > now()).toBe(true)
    expect((await buffer(await archive.openBlob(blobOf(small).digest))).equals(small)).toBe(true)
  })

  it('lasts for what the settings promise, and ends soon after', async () => {
    const { archive, client, pass, keys } = await started()
    await archive.putBlob(blobOf(small), chunksOf(small))

    pass(30)
    expect(await archive.findBlob(blobOf(small).digest)).toBeDefined()
    pass(1.01)

    expect(await archive.findBlob(blobOf(small).digest)).toBeUndefined()
    expect(await keys()).toEqual([])
    const Key = `blobs/${blobOf(small).digest.replace(':', '/')}`
    expect(await client.send(new GetObjectCommand({ Bucket: bucket, Key })).catch(error => error.name)).toBe(
      'NoSuchKey',
    )
  })

  it('is none for one of another size', async () => {
    const { archive } = await started()
    await archive.putBlob(blobOf(small), chunksOf(small))

    expect(await archive.keepBlob({ ...blobOf(small), sizeBytes: 7 })).toBe(false)
  })
})
