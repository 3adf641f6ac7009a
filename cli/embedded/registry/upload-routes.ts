import { Hono } from 'hono'
import { parseContentRange } from './byte-range.ts'
import type { ContentDigest } from './content-digest.ts'
import { digestInvalid } from './errors.ts'
import { blobTarget, causeOf } from './events.ts'
import { requireDigest, requireRepositoryPath } from './names.ts'
import type { RegistryContext, RegistryDeps, RegistryEnv } from './registry-context.ts'
import { type Upload, uploadHeaders } from './storage/uploads.ts'

const collection = '/v2/:name{.+}/blobs/uploads/'
const collectionWithoutSlash = '/v2/:name{.+}/blobs/uploads'
const item = '/v2/:name{.+}/blobs/uploads/:id'

export const uploadRoutes = (deps: RegistryDeps): Hono<RegistryEnv> => {
  const uploadOf = (params: { name: string; id: string }) =>
    deps.uploads.get(requireRepositoryPath(params.name), params.id)
  return new Hono<RegistryEnv>()
    .post(collection, c => startUpload(c, deps, requireRepositoryPath(c.req.param('name'))))
    .post(collectionWithoutSlash, c => startUpload(c, deps, requireRepositoryPath(c.req.param('name'))))
    .get(item, c => c.body(null, 204, uploadHeaders(uploadOf(c.req.param()))))
    .patch(item, c => appendChunk(c, deps, uploadOf(c.req.param())))
    .put(item, c => finishUpload(c, deps, uploadOf(c.req.param())))
    .delete(item, async c => {
      await deps.uploads.cancel(uploadOf(c.req.param()))
      return c.body(null, 204)
    })
}

/** Mounts, takes the whole blob in one request, or opens an upload, whichever the client asks for and can have. */
const startUpload = async (c: RegistryContext, deps: RegistryDeps, repository: string): Promise<Response> => {
  const mounted = await mountBlob(c, deps, repository)
  if (mounted) return mounted
  const upload = deps.uploads.start(repository)
  if (c.req.query('digest') === undefined) return c.body(null, 202, uploadHeaders(upload))
  try {
    return await finishUpload(c, deps, upload)
  } catch (error) {
    // The client was never told where this upload is, so it cannot go on with it.
    await deps.uploads.cancel(upload)
    throw error
  }
}

/** Undefined where the blob cannot be shared: the client then uploads it, which always works. */
const mountBlob = async (c: RegistryContext, deps: RegistryDeps, repository: string): Promise<Response | undefined> => {
  const { mount, from } = c.req.query()
  if (mount === undefined || from === undefined) return undefined
  const digest = requireDigest(mount)
  if (!(await deps.storage.mountBlob(repository, digest, requireRepositoryPath(from)))) return undefined
  const sizeBytes = (await deps.storage.content.findSize(digest)) ?? 0
  const target = { ...blobTarget(deps.url, repository, digest, sizeBytes), fromRepository: from }
  deps.notifier.publish('mount', target, causeOf(c))
  return created(c, repository, digest)
}

const appendChunk = async (c: RegistryContext, deps: RegistryDeps, upload: Upload): Promise<Response> => {
  await deps.uploads.append(upload, c.req.raw.body, parseContentRange(c.req.header('Content-Range')))
  return c.body(null, 202, uploadHeaders(upload))
}

const finishUpload = async (c: RegistryContext, deps: RegistryDeps, upload: Upload): Promise<Response> => {
  const expected = c.req.query('digest')
  if (expected === undefined) throw digestInvalid('expected ?digest= to end the upload', {})
  const digest = requireDigest(expected)
  await deps.uploads.append(upload, c.req.raw.body, parseContentRange(c.req.header('Content-Range')))
  await deps.uploads.finish(upload, digest, path => deps.storage.takeBlob(upload.repository, digest, path))
  deps.notifier.publish('push', blobTarget(deps.url, upload.repository, digest, upload.sizeBytes), causeOf(c))
  return created(c, upload.repository, digest)
}

const created = (c: RegistryContext, repository: string, digest: ContentDigest): Response =>
  c.body(null, 201, { Location: `/v2/${repository}/blobs/${digest}`, 'Docker-Content-Digest': digest })
