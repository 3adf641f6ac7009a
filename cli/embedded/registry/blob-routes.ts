import { Hono } from 'hono'
import { parseByteRange } from './byte-range.ts'
import type { ContentDigest } from './content-digest.ts'
import { blobUnknown } from './errors.ts'
import { blobTarget, causeOf } from './events.ts'
import { octetStream } from './media-types.ts'
import { requireDigest, requireRepositoryPath } from './names.ts'
import type { RegistryContext, RegistryDeps, RegistryEnv } from './registry-context.ts'

export const blobRoutes = (deps: RegistryDeps): Hono<RegistryEnv> =>
  new Hono<RegistryEnv>()
    .get('/v2/:name{.+}/blobs/:digest', c => readBlob(c, deps, blobOf(c.req.param())))
    .delete('/v2/:name{.+}/blobs/:digest', c => removeBlob(c, deps, blobOf(c.req.param())))

interface BlobAddress {
  repository: string
  digest: ContentDigest
}

const blobOf = (params: { name: string; digest: string }): BlobAddress => ({
  repository: requireRepositoryPath(params.name),
  digest: requireDigest(params.digest),
})

/** HEAD and GET, whole or in part. */
const readBlob = async (
  c: RegistryContext,
  deps: RegistryDeps,
  { repository, digest }: BlobAddress,
): Promise<Response> => {
  const { storage, notifier, url } = deps
  const sizeBytes = await findBlobSize(deps, { repository, digest })
  if (sizeBytes === undefined) throw blobUnknown(digest)
  notifier.publish('pull', blobTarget(url, repository, digest, sizeBytes), causeOf(c))
  const common = { 'Docker-Content-Digest': digest, ETag: `"${digest}"`, 'Cache-Control': 'max-age=31536000' }
  if (c.req.header('If-None-Match')?.includes(digest)) return c.body(null, 304, common)
  const range = parseByteRange(c.req.header('Range'), sizeBytes)
  const headers = {
    ...common,
    'Accept-Ranges': 'bytes',
    'Content-Type': octetStream,
    'Content-Length': String(range ? range.last - range.first + 1 : sizeBytes),
    ...(range ? { 'Content-Range': `bytes ${range.first}-${range.last}/${sizeBytes}` } : {}),
  }
  const status = range ? 206 : 200
  if (c.req.method === 'HEAD') return c.body(null, status, headers)
  const stream = await storage.content.findStream(digest, range)
  if (!stream) throw blobUnknown(digest)
  return c.body(stream, status, headers)
}

const findBlobSize = async ({ storage }: RegistryDeps, { repository, digest }: BlobAddress) =>
  storage.findRepository(repository)?.hasBlob(digest) ? storage.content.findSize(digest) : undefined

const removeBlob = async (
  c: RegistryContext,
  deps: RegistryDeps,
  { repository, digest }: BlobAddress,
): Promise<Response> => {
  if (!(await deps.storage.removeBlob(repository, digest))) throw blobUnknown(digest)
  deps.notifier.publish('delete', { digest, repository }, causeOf(c))
  return c.body(null, 202)
}
