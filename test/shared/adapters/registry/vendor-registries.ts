import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { ociIndex, ociManifest } from '../../../../shared/adapters/registry/media-types.ts'
import type { Digest } from '../../../../shared/domain/digest.ts'
import { json, refusal, sha256 } from './fake-registry.ts'

/** Status and error code of a refusal. */
export type Refused = readonly [status: number, code: string]

/** What a registry holds, and everything that its tags ever pointed at. */
export class Shelf {
  readonly tags = new Map<string, Digest>()
  readonly manifests = new Map<string, Buffer>()
  readonly pointedAt = new Map<string, Set<string>>()

  /** An image, or an index of `children`; under tags, or under none. */
  add(seed: string, tags: readonly string[], children: readonly Digest[] = []): Digest {
    const mediaType = children.length > 0 ? ociIndex : ociManifest
    const of = children.map(digest => ({ mediaType: ociManifest, digest, size: 1 }))
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(seed), size: seed.length }
    const body = children.length > 0 ? { manifests: of, annotations: { seed } } : { config, layers: [] }
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...body }))
    const digest = sha256(bytes)
    this.manifests.set(digest, bytes)
    for (const tag of tags) this.point(tag, digest)
    return digest
  }

  point(tag: string, digest: Digest): void {
    this.tags.set(tag, digest)
    this.pointedAt.set(tag, (this.pointedAt.get(tag) ?? new Set()).add(digest))
  }

  tagsOn(digest: string): string[] {
    return [...this.tags].flatMap(([tag, at]) => (at === digest ? [tag] : []))
  }

  isInIndex(digest: string): boolean {
    return [...this.manifests].some(([own, bytes]) => own !== digest && bytes.includes(`"digest":"${digest}","size":1`))
  }

  remove(digest: string): void {
    this.manifests.delete(digest)
    for (const tag of this.tagsOn(digest)) this.tags.delete(tag)
  }
}

/** How a registry differs from one that does all it is asked; each answers how it refuses, undefined where it does not. */
export interface Vendor {
  /** Of its token service; a registry without one asks for nothing. */
  readonly token?: (scope: string, authorization: string | undefined) => Refused | undefined
  readonly deleteTag?: (shelf: Shelf, tag: string) => Refused | undefined
  readonly deleteDigest?: (shelf: Shelf, digest: string) => Refused | undefined
  readonly putTag?: (shelf: Shelf, tag: string) => Refused | undefined
  /** True for a registry that gives tokens with pull and push alone, whatever was asked for. */
  readonly givesNoDelete?: boolean
}

const unknown: Refused = [404, 'MANIFEST_UNKNOWN']

export const distribution3: Vendor = {}

/** Its delete knows digests alone, and answers so before it looks. */
export const distribution28: Vendor = { deleteTag: () => [400, 'DIGEST_INVALID'] }

/** quay/quay endpoints/v2: the scope is matched as a whole, and a digest without tags is not known to the delete. */
export const quay: Vendor = {
  token: (scope, authorization) => {
    if (authorization !== rightLogin) return [401, 'UNAUTHORIZED']
    const isKnown = /^repository:(?:[.a-zA-Z0-9_-]+\/)*[.a-zA-Z0-9_-]+:(?:push|pull|\*)(?:,(?:push|pull|\*))*$/.test(
      scope,
    )
    return isKnown ? undefined : [400, 'INVALID_REQUEST']
  },
  deleteDigest: (shelf, digest) => (shelf.tagsOn(digest).length === 0 ? unknown : undefined),
}

/** Locks by tag or digest; what is absent is not locked. */
export type Locks = Readonly<Record<string, { deleteEnabled?: boolean; writeEnabled?: boolean }>>

/** `writeEnabled: false` forbids deletes as well; a locked tag holds its digest. */
export function acr(locks: Locks, rest: Vendor = {}): Vendor {
  const disallowed: Refused = [405, 'REGISTRY_DISALLOWED_OPERATION']
  const isLocked = (name: string) => locks[name]?.deleteEnabled === false || locks[name]?.writeEnabled === false
  return {
    deleteTag: (_, tag) => (isLocked(tag) ? disallowed : undefined),
    deleteDigest: (shelf, digest) => ([digest, ...shelf.tagsOn(digest)].some(isLocked) ? disallowed : undefined),
    putTag: (_, tag) => (locks[tag]?.writeEnabled === false ? disallowed : undefined),
    ...rest,
  }
}

/** project-zot/zot pkg/api/routes.go: several tags, a child of an index, a repository without images. */
export const zot: Vendor = {
  deleteTag: shelf => (shelf.manifests.size === 0 ? [400, 'NAME_UNKNOWN'] : undefined),
  deleteDigest: (shelf, digest) => {
    if (shelf.manifests.size === 0) return [400, 'NAME_UNKNOWN']
    if (shelf.tagsOn(digest).length > 1) return [409, 'MANIFEST_INVALID']
    return shelf.isInIndex(digest) ? [405, 'DENIED'] : undefined
  },
}

/** Artifact Registry and what was the Container Registry. */
export const google: Vendor = {
  deleteDigest: (shelf, digest) => {
    if (shelf.isInIndex(digest)) return [400, 'GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE']
    return shelf.tagsOn(digest).length > 0 ? [400, 'GOOGLE_MANIFEST_DANGLING_TAG'] : undefined
  },
}

export const hub: Vendor = { token: () => undefined, givesNoDelete: true }

export const login = { username: 'sweeper', password: 'hush' }
const rightLogin = `Basic ${Buffer.from('sweeper:hush').toString('base64')}`

/** One repository at a vendor's. */
export function vendorScript(vendor: Vendor, shelf: Shelf): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://any')
    const { authorization, host } = request.headers
    if (pathname === '/token') {
      const refused = vendor.token?.(searchParams.get('scope') ?? '', authorization)
      return void (refused ? json(response, refused[0], refusal(refused[1])) : json(response, 200, { token: 'good' }))
    }
    const isScopeMissing = vendor.givesNoDelete === true && request.method === 'DELETE'
    if (vendor.token && (authorization !== 'Bearer good' || isScopeMissing)) {
      const error = isScopeMissing && authorization ? ',error="insufficient_scope"' : ''
      const header = { 'www-authenticate': `Bearer realm="http://${host}/token",service="x"${error}` }
      return void json(response, 401, refusal('UNAUTHORIZED'), header)
    }
    void answer(vendor, shelf, request, response)
  }
}

async function answer(vendor: Vendor, shelf: Shelf, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '' } = request
  const reference = /\/manifests\/([^?]+)/.exec(url)?.[1]
  const body = await buffer(request)
  // Of blobs it has every one.
  if (reference === undefined) return void response.writeHead(method === 'HEAD' ? 200 : 404).end()
  if (method === 'DELETE') return answerDelete(vendor, shelf, reference, response)
  if (method === 'PUT') return answerPut(vendor, shelf, reference, body, response)
  const digest = reference.startsWith('sha256:') ? reference : shelf.tags.get(reference)
  const bytes = shelf.manifests.get(digest ?? '')
  if (digest === undefined || bytes === undefined) return void json(response, unknown[0], refusal(unknown[1]))
  const headers = { 'content-type': JSON.parse(bytes.toString()).mediaType, 'docker-content-digest': digest }
  response.writeHead(200, headers).end(method === 'HEAD' ? undefined : bytes)
}

function answerDelete(vendor: Vendor, shelf: Shelf, reference: string, response: ServerResponse): void {
  const isDigest = reference.startsWith('sha256:')
  const rule = isDigest ? vendor.deleteDigest : vendor.deleteTag
  const isThere = isDigest ? shelf.manifests.has(reference) : shelf.tags.has(reference)
  const refused = rule?.(shelf, reference) ?? (isThere ? undefined : unknown)
  if (refused !== undefined) return void json(response, refused[0], refusal(refused[1]))
  if (isDigest) shelf.remove(reference)
  else shelf.tags.delete(reference)
  response.writeHead(202).end()
}

function answerPut(vendor: Vendor, shelf: Shelf, reference: string, body: Buffer, response: ServerResponse): void {
  const refused = reference.startsWith('sha256:') ? undefined : vendor.putTag?.(shelf, reference)
  if (refused !== undefined) return void json(response, refused[0], refusal(refused[1]))
  const digest = sha256(body)
  shelf.manifests.set(digest, body)
  if (!reference.startsWith('sha256:')) shelf.point(reference, digest)
  response.writeHead(201, { 'docker-content-digest': digest }).end()
}
