import { createHash } from 'node:crypto'
import { S3Client } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { createLayerArchive } from '../../../../shared/adapters/archive/s3-layers.ts'
import { createOciWriter } from '../../../../shared/adapters/registry/oci/oci-writer.ts'
import type { Digest } from '../../../../shared/domain/digest.ts'
import type { Blob } from '../../../../shared/domain/image.ts'
import { BlobUploads } from '../../../../shared/restore/blob-uploads.ts'
import { LayerCopies } from '../../../../shared/sweep/execute/layer-copies.ts'
import { clientOptions, testAws } from '../../../cli/embedded/aws/embedded-aws.ts'
import { startScriptedServer } from '../../adapters/http/scripted-server.ts'

const megabyte = 1024 * 1024
const piece = Buffer.alloc(megabyte, 'a layer that is nowhere as a whole')

function blobOf(megabytes: number): Blob {
  const hash = createHash('sha256')
  for (let at = 0; at < megabytes; at++) hash.update(piece)
  return { digest: `sha256:${hash.digest('hex')}` as Digest, sizeBytes: megabytes * megabyte }
}

/** A registry that has any layer, made as it is sent, and that takes one. */
async function startRegistry(taken: Map<string, string>) {
  return startScriptedServer(async (request, response) => {
    const { method, url = '', headers } = request
    if (method === 'GET') {
      const megabytes = Number(/team\/app-(\d+)/.exec(url)?.[1])
      response.writeHead(200, { 'content-length': megabytes * megabyte })
      for (let at = 0; at < megabytes; at++)
        if (!response.write(piece)) await new Promise(resolve => response.once('drain', resolve))
      response.end()
      return
    }
    if (method === 'POST') return void response.writeHead(202, { location: `${url.split('?')[0]}1` }).end()
    const hash = createHash('sha256')
    for await (const chunk of request) hash.update(chunk)
    taken.set(`sha256:${hash.digest('hex')}`, String(headers['content-length']))
    response.writeHead(201).end()
  })
}

it('a layer of 300 MB goes into the archive and back with no more memory than one of 50 MB', async () => {
  const taken = new Map<string, string>()
  const { url, host } = await startRegistry(taken)
  const writer = createOciWriter({ endpoint: url, host, configured: true })
  const aws = await testAws({ buckets: ['archive'] })
  const client = new S3Client({ ...clientOptions(aws.endpoint), forcePathStyle: true })
  const layers = createLayerArchive(client, 'archive', { days: 30, now: () => new Date() })
  let peak = 0
  const sample = async () => {
    peak = Math.max(peak, process.memoryUsage().rss)
    return undefined
  }
  const peakOf = async (megabytes: number) => {
    peak = 0
    const blob = blobOf(megabytes)
    const manifest = { digest: blob.digest, mediaType: '', bytes: Buffer.from('{}'), blobs: [blob], sizeBytes: 0 }
    const copies = new LayerCopies({ writer, layers, stopReason: sample })
    expect(await copies.archive(manifest, `team/app-${megabytes}`)).toEqual([])
    const requireLease = async () => void (await sample())
    await new BlobUploads({ writer, layers, path: 'team/back', requireLease }).upload([blob])
    expect(taken.get(blob.digest)).toBe(String(blob.sizeBytes))
    return peak
  }
  // What is loaded and grown once is not counted.
  await peakOf(50)

  const [small, large] = [await peakOf(51), await peakOf(300)]

  expect(large - small).toBeLessThan(((300 - 51) * megabyte) / 2)
}, 300_000)
