import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { createManifestArchive } from '../../../../shared/adapters/archive/s3-archive.ts'
import { UnavailableError } from '../../../../shared/errors.ts'
import type { ArchivedManifest, ManifestArchive } from '../../../../shared/ports/platform.ts'
import { clientOptions, nowhere, testAws } from '../../../cli/embedded/aws/embedded-aws.ts'
import { at, digestOf } from '../../../support/records.ts'

const bucket = 'manifests'
const entry: ArchivedManifest = {
  repository: 'registry.example.com/team/app',
  digest: digestOf('one'),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  /** Every byte counts, also what is no text. */
  bytes: Buffer.from([...Buffer.from('{"schemaVersion":2}\n'), 0, 255, 128]),
  graph: {
    tags: ['v1'],
    children: [],
    referrers: [],
    objects: [],
    deletedAt: at(1),
    policy: 'p',
    runId: 'r',
    heldBlobs: ['sha256:b'],
  },
}
/** `calls` are the commands that were sent; while `fails` says so of a key, it cannot be reached. */
async function started(fails: (key: string) => boolean = () => false, isOwn = false) {
  const aws = await testAws({ buckets: [bucket] })
  const options = isOwn ? { ...clientOptions(nowhere), ...aws.archive } : clientOptions(aws.endpoint)
  const client = new S3Client({ ...options, forcePathStyle: true, maxAttempts: 1 })
  const calls: string[] = []
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async args => {
        calls.push(commandName)
        if (fails((args.input as { Key: string }).Key)) throw new Error('no')
        return next(args)
      },
    { step: 'initialize' },
  )
  const put = (name: string, Body: Uint8Array | string, ContentType = 'application/json') =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key: `${key}/${name}`, Body, ContentType }))
  const archiveOf = (name: string) => createManifestArchive(client, name)
  return { archive: archiveOf(bucket), archiveOf, calls, put }
}

const key = `manifests/${entry.repository}/${entry.digest}`
const find = ({ findManifest }: ManifestArchive, digest = entry.digest) => findManifest(entry.repository, digest)

/** As versions before stored an entry. */
async function putFormer(put: Awaited<ReturnType<typeof started>>['put'], graph: object) {
  await put('manifest', entry.bytes, entry.mediaType)
  await put('graph.json', JSON.stringify(graph))
}

it('finds what was put, and nothing of what was not', async () => {
  const { archive } = await started()

  await archive.putManifest(entry)

  const found = await find(archive)
  expect(found).toEqual({ ...entry, bytes: expect.anything() })
  expect(Buffer.from(found?.bytes ?? [])).toEqual(Buffer.from(entry.bytes))
  expect(await find(archive, digestOf('another'))).toBeUndefined()
})

it('writes one object for an entry', async () => {
  const { archive, calls } = await started()

  await archive.putManifest(entry)

  expect(calls).toEqual(['PutObjectCommand'])
})

it('writes past the client what this process holds, and finds it as any other', async () => {
  const { archive, calls } = await started(undefined, true)

  await archive.putManifest(entry)

  expect(calls).toEqual([])
  expect(await find(archive)).toEqual({ ...entry, bytes: expect.anything() })
})

it('says so where this process holds no such bucket', async () => {
  const { archiveOf } = await started(undefined, true)

  await expect(archiveOf('other').putManifest(entry)).rejects.toThrow(/archived.json could not be written/)
})

it('shows no entry where it could not be written', async () => {
  let isDown = true
  const { archive } = await started(() => isDown)

  await expect(archive.putManifest(entry)).rejects.toThrow(UnavailableError)

  isDown = false
  expect(await find(archive)).toBeUndefined()
})

it('F40 finds what a version before stored as two objects', async () => {
  const { archive, put } = await started()

  await putFormer(put, entry.graph)

  const found = await find(archive)
  expect(found).toEqual({ ...entry, bytes: expect.anything() })
  expect(Buffer.from(found?.bytes ?? [])).toEqual(Buffer.from(entry.bytes))
})

it('F40 finds no entry of which a version before stored one object alone', async () => {
  const { archive, put } = await started()

  await put('manifest', entry.bytes, entry.mediaType)

  expect(await find(archive)).toBeUndefined()
})

it.each([
  ['an older deletion', at(0), ['v1']],
  ['a later deletion', at(2), ['former']],
])('F40 finds the later entry beside what a version before stored of %s', async (_, deletedAt, tags) => {
  const { archive, put } = await started()
  await archive.putManifest(entry)

  await putFormer(put, { ...entry.graph, tags: ['former'], deletedAt })

  expect((await find(archive))?.graph.tags).toEqual(tags)
})

it('F39 finds an entry beside what no version can read', async () => {
  const { archive, put } = await started()
  await archive.putManifest(entry)

  await putFormer(put, { tags: 'none' })

  expect((await find(archive))?.graph.tags).toEqual(['v1'])
})

it.each([
  ['archived.json', 'no JSON', 'expected a manifest and its graph in version 1'],
  ['archived.json', '{"version":2}', 'expected a manifest and its graph in version 1'],
  ['graph.json', '{"tags":"none"}', 'expected a graph'],
])('F39 takes no %s that holds %s for an entry', async (name, text, message) => {
  const { archive, put } = await started()
  await put('manifest', entry.bytes, entry.mediaType)
  await put(name, text)

  await expect(find(archive)).rejects.toThrow(`archive ${key}: ${message}`)
})
