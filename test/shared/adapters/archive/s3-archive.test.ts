import { S3Client } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { createManifestArchive } from '../../../../shared/adapters/archive/s3-archive.ts'
import { UnavailableError } from '../../../../shared/errors.ts'
import type { ArchivedManifest } from '../../../../shared/ports/platform.ts'
import { clientOptions, testAws } from '../../../cli/embedded/aws/embedded-aws.ts'
import { at, digestOf } from '../../../support/records.ts'

const bucket = 'manifests'
const entry: ArchivedManifest = {
  repository: 'registry.example.com/team/app',
  digest: digestOf('one'),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  bytes: Buffer.from('{"schemaVersion":2}'),
  graph: { tags: ['v1'], children: [], referrers: [], objects: [], deletedAt: at(1), policy: 'p', runId: 'r' },
}
const find = { repository: entry.repository, digest: entry.digest }

/** `before` is called with the key of each object that is about to be written. */
async function started(before: (key: string) => Promise<void> = async () => undefined) {
  const aws = await testAws({ buckets: [bucket] })
  const client = new S3Client({ ...clientOptions(aws.endpoint), forcePathStyle: true })
  client.middlewareStack.add(
    (next, { commandName }) =>
      async args => {
        if (commandName === 'PutObjectCommand') await before((args.input as { Key: string }).Key)
        return next(args)
      },
    { step: 'initialize' },
  )
  return createManifestArchive(client, bucket)
}

it('finds what was put, and nothing of what was not', async () => {
  const archive = await started()

  await archive.putManifest(entry)

  const found = await archive.findManifest(find.repository, find.digest)
  expect(found).toEqual({ ...entry, bytes: expect.anything() })
  expect(Buffer.from(found?.bytes ?? []).toString()).toBe('{"schemaVersion":2}')
  expect(await archive.findManifest(find.repository, digestOf('another'))).toBeUndefined()
})

it('writes the bytes and what is around them side by side', async () => {
  const both = Promise.withResolvers<void>()
  let begun = 0
  const archive = await started(() => {
    begun += 1
    if (begun === 2) both.resolve()
    return both.promise
  })

  await archive.putManifest(entry)

  expect(await archive.findManifest(find.repository, find.digest)).toBeDefined()
})

it.each(['manifest', 'graph.json'])(
  'shows no entry where %s could not be written, and ends with the other',
  async failing => {
    const failed = Promise.withResolvers<void>()
    const events: string[] = []
    const archive = await started(async key => {
      if (key.endsWith(failing)) {
        failed.resolve()
        throw new Error('no')
      }
      await failed.promise
      // Whoever goes on with the failure alone has done so by then.
      await new Promise(resolve => setImmediate(resolve))
      events.push('the other went on')
    })

    const putting = archive.putManifest(entry).catch(error => {
      events.push('failed')
      return error
    })

    expect(await putting).toBeInstanceOf(UnavailableError)
    expect(events).toEqual(['the other went on', 'failed'])
    expect(await archive.findManifest(find.repository, find.digest)).toBeUndefined()
  },
)
