import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Digest } from '../../../shared/domain/digest.ts'
import { digestInvalid, errorBody, manifestUnknown, RegistryError } from './errors.ts'
import { causeOf, manifestTarget } from './events.ts'
import { readPushedManifest } from './manifest.ts'
import { parseReference, type Reference, requireRepositoryPath } from './names.ts'
import type { RegistryContext, RegistryDeps, RegistryEnv } from './registry-context.ts'

const path = '/v2/:name{.+}/manifests/:reference'

/** As in distribution and ECR. */
const maxManifestBytes = 4 * 1024 * 1024

const limitSize = bodyLimit({
  maxSize: maxManifestBytes,
  onError: c => c.json(errorBody('MANIFEST_INVALID', `manifest larger than ${maxManifestBytes} bytes`), 413),
})

export const manifestRoutes = (deps: RegistryDeps): Hono<RegistryEnv> =>
  new Hono<RegistryEnv>()
    .get(path, c => readManifest(c, deps, addressOf(c.req.param())))
    .put(path, limitSize, c => putManifest(c, deps, addressOf(c.req.param())))
    .delete(path, c => {
      const { repository, reference } = addressOf(c.req.param())
      return reference.digest
        ? removeManifest(c, deps, repository, reference.digest)
        : removeTag(c, deps, repository, reference.tag)
    })

interface ManifestAddress {
  repository: string
  reference: Reference
}

const addressOf = (params: { name: string; reference: string }): ManifestAddress => ({
  repository: requireRepositoryPath(params.name),
  reference: parseReference(params.reference),
})

/** HEAD and GET. Accept is not looked at: a client is given what was pushed, and told what it is. */
const readManifest = async (
  c: RegistryContext,
  deps: RegistryDeps,
  { repository, reference }: ManifestAddress,
): Promise<Response> => {
  const { storage, notifier, url } = deps
  const manifest = storage.findManifest(repository, reference)
  const bytes = manifest && (await storage.content.find(manifest.digest))
  if (!manifest || !bytes) throw manifestUnknown(reference)
  notifier.publish('pull', manifestTarget(url, repository, manifest, reference.tag), causeOf(c))
  const headers = { 'Docker-Content-Digest': manifest.digest, ETag: `"${manifest.digest}"` }
  if (c.req.header('If-None-Match')?.includes(manifest.digest)) return c.body(null, 304, headers)
  return c.body(Uint8Array.from(bytes), 200, {
    ...headers,
    'Content-Type': manifest.mediaType,
    'Content-Length': String(manifest.sizeBytes),
  })
}

const putManifest = async (
  c: RegistryContext,
  deps: RegistryDeps,
  { repository, reference }: ManifestAddress,
): Promise<Response> => {
  const bytes = new Uint8Array(await c.req.arrayBuffer())
  const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  if (reference.digest && reference.digest !== digest)
    throw digestInvalid('provided digest did not match uploaded content', {
      digest: reference.digest,
      received: digest,
    })
  const facts = readPushedManifest(bytes, c.req.header('Content-Type'))
  requireNoMissing(await deps.storage.putManifest(repository, { digest, bytes, facts, tag: reference.tag }))
  const pushed = { mediaType: facts.mediaType, sizeBytes: bytes.length, digest }
  deps.notifier.publish('push', manifestTarget(deps.url, repository, pushed, reference.tag), causeOf(c))
  return c.body(null, 201, {
    Location: `/v2/${repository}/manifests/${digest}`,
    'Docker-Content-Digest': digest,
    ...(facts.subject ? { 'OCI-Subject': facts.subject } : {}),
  })
}

// distribution gives this one code for a missing blob and for a missing child manifest.
const requireNoMissing = (missing: readonly Digest[]): void => {
  if (missing.length === 0) return
  throw new RegistryError('MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', {
    status: 400,
    detail: { digests: missing },
  })
}

const removeTag = async (
  c: RegistryContext,
  deps: RegistryDeps,
  repository: string,
  tag: string,
): Promise<Response> => {
  if (!(await deps.storage.removeTag(repository, tag))) throw manifestUnknown({ tag })
  deps.notifier.publish('delete', { repository, tag }, causeOf(c))
  return c.body(null, 202)
}

/** One event for the digest, then one for each tag that went with it: the latter carry no digest, as in distribution. */
const removeManifest = async (
  c: RegistryContext,
  deps: RegistryDeps,
  repository: string,
  digest: Digest,
): Promise<Response> => {
  const tags = await deps.storage.removeManifest(repository, digest)
  if (!tags) throw manifestUnknown({ digest })
  const cause = causeOf(c)
  deps.notifier.publish('delete', { digest, repository }, cause)
  for (const tag of tags) deps.notifier.publish('delete', { repository, tag }, cause)
  return c.body(null, 202)
}
