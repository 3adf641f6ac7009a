import { Hono } from 'hono'
import { algorithmOf, type ContentDigest, contentDigestOf } from './content-digest.ts'
import { digestInvalid, manifestInvalid, manifestUnknown, RegistryError } from './errors.ts'
import { causeOf, manifestTarget } from './events.ts'
import { readPushedManifest } from './manifest.ts'
import { parseReference, type Reference, requireDigest, requireRepositoryPath, requireTag } from './names.ts'
import type { RegistryContext, RegistryDeps, RegistryEnv } from './registry-context.ts'

const path = '/v2/:name{.+}/manifests/:reference'

/** As in distribution and ECR. */
const maxManifestBytes = 4 * 1024 * 1024

export const manifestRoutes = (deps: RegistryDeps): Hono<RegistryEnv> =>
  new Hono<RegistryEnv>()
    .get(path, c => readManifest(c, deps, addressOf(c.req.param())))
    .put(path, c => putManifest(c, deps, addressOf(c.req.param())))
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
  const { stated, tags } = pushedAs(c, reference)
  const bytes = await readManifestBytes(c.req.raw.body)
  const digest = contentDigestOf(bytes, stated ? algorithmOf(stated) : 'sha256')
  if (stated && stated !== digest)
    throw digestInvalid('provided digest did not match uploaded content', { digest: stated, received: digest })
  const facts = readPushedManifest(bytes, c.req.header('Content-Type'))
  requireNoMissing(await deps.storage.putManifest(repository, { digest, bytes, facts, tags }))
  const pushed = { mediaType: facts.mediaType, sizeBytes: bytes.length, digest }
  const cause = causeOf(c)
  for (const tag of tags.length > 0 ? tags : [undefined])
    deps.notifier.publish('push', manifestTarget(deps.url, repository, pushed, tag), cause)
  return c.body(null, 201, {
    Location: `/v2/${repository}/manifests/${digest}`,
    'Docker-Content-Digest': digest,
    ...(reference.digest && tags.length > 0 ? { 'OCI-Tag': tags.join(', ') } : {}),
    ...(facts.subject ? { 'OCI-Subject': facts.subject } : {}),
  })
}

/**
 * A tag says nothing of the algorithm, so that clients push under a digest and name tags beside it (`?tag=`, as often as
 * there are tags), or push under a tag and name the digest beside it (`?digest=`). Without either it is sha256.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests
 */
const pushedAs = (c: RegistryContext, { digest, tag }: Reference): { stated?: ContentDigest; tags: string[] } => {
  if (digest) return { stated: digest, tags: [...new Set(c.req.queries('tag')?.map(requireTag))] }
  const stated = c.req.query('digest')
  return { ...(stated !== undefined && { stated: requireDigest(stated) }), tags: [tag] }
}

/** Counted while it comes: without a Content-Length its size is not known before. */
const readManifestBytes = async (body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length
    if (sizeBytes > maxManifestBytes)
      throw manifestInvalid(`manifest larger than ${maxManifestBytes} bytes`, { status: 413 })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

// distribution gives this one code for a missing blob and for a missing child manifest.
const requireNoMissing = (missing: readonly ContentDigest[]): void => {
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
  digest: ContentDigest,
): Promise<Response> => {
  const tags = await deps.storage.removeManifest(repository, digest)
  if (!tags) throw manifestUnknown({ digest })
  const cause = causeOf(c)
  deps.notifier.publish('delete', { digest, repository }, cause)
  for (const tag of tags) deps.notifier.publish('delete', { repository, tag }, cause)
  return c.body(null, 202)
}
