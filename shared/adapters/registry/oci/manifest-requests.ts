import { type Digest, isDigest } from '../../../domain/digest.ts'
import { quoted } from '../../../domain/repository-name.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { Manifest } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { digestOf, maxManifestBytes, parseManifest, verifyDigest } from '../manifest.ts'
import { acceptHeader, mediaTypeOf } from '../media-types.ts'
import { isAbsent, unexpectedStatus } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'

const requestOf = (method: 'GET' | 'HEAD', repository: string, reference: string): OciRequest => ({
  method,
  path: `/v2/${repository}/manifests/${reference}`,
  repository,
  headers: { accept: acceptHeader },
  maxBodyBytes: maxManifestBytes,
  followRedirects: true,
})

/**
 * The digest that a tag or digest has in the registry now; undefined only on a 404. A registry that leaves the digest
 * header out is asked for the bytes instead.
 */
export async function findDigest(
  session: OciSession,
  repository: string,
  reference: string,
): Promise<Digest | undefined> {
  const request = requestOf('HEAD', repository, reference)
  const response = await session.send(request)
  const what = session.what(request)
  if (isAbsent(response, what)) return undefined
  if (response.status !== 200) throw unexpectedStatus(what, 'a manifest', response)
  const stated = statedDigest(response, what)
  if (stated !== undefined) return stated
  const bytes = await findManifestBytes(session, repository, reference)
  return bytes === undefined ? undefined : digestOf(bytes.body)
}

/** False only on a 404. */
export async function hasManifest(session: OciSession, repository: string, digest: Digest): Promise<boolean> {
  const request = requestOf('HEAD', repository, digest)
  const response = await session.send(request)
  const what = session.what(request)
  if (isAbsent(response, what)) return false
  if (response.status !== 200) throw unexpectedStatus(what, 'a manifest', response)
  return true
}

/** The manifest, whose bytes hash to the digest asked for; undefined only on a 404. */
export async function findManifest(
  session: OciSession,
  repository: string,
  digest: Digest,
): Promise<Manifest | undefined> {
  const response = await findManifestBytes(session, repository, digest)
  if (response === undefined) return undefined
  const what = `GET ${session.host}/v2/${repository}/manifests/${digest}`
  verifyDigest(response.body, digest, what)
  return parseManifest(response.body, mediaTypeOf(response.headers['content-type']), what)
}

/** The answer to a GET whose body, not yet parsed, hashes to the digest that its header states; undefined only on a 404. */
export async function findManifestBytes(
  session: OciSession,
  repository: string,
  reference: string,
): Promise<HttpResponse | undefined> {
  const request = requestOf('GET', repository, reference)
  const response = await session.send(request)
  const what = session.what(request)
  if (isAbsent(response, what)) return undefined
  if (response.status !== 200) throw unexpectedStatus(what, 'a manifest', response)
  const stated = statedDigest(response, what)
  if (stated !== undefined) verifyDigest(response.body, stated, what)
  return response
}

function statedDigest(response: HttpResponse, what: string): Digest | undefined {
  const header = response.headers['docker-content-digest']
  if (header === undefined) return undefined
  if (typeof header === 'string' && isDigest(header)) return header
  throw new InvalidInputError(
    `${what}: expected a sha256 digest in docker-content-digest, got ${quoted(String(header))}`,
  )
}
