import { type Digest, isDigest } from '../../../domain/digest.ts'
import { quoted } from '../../../domain/repository-name.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { Manifest, UnreadableManifest, UnreadableTag } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { digestOf, maxManifestBytes, parseJson, verifyDigest } from '../manifest.ts'
import { acceptHeader, mediaTypeOf } from '../media-types.ts'
import { orUnreadable, readManifest } from '../unreadable-manifest.ts'
import { isAbsent, unexpectedStatus } from './error-codes.ts'
import { namedBelow } from './named-below.ts'
import type { OciRequest, OciSession } from './oci-session.ts'
import { isOtherAlgorithm, verifyOtherDigest } from './other-digest.ts'

const requestOf = (method: 'GET' | 'HEAD', repository: string, reference: string): OciRequest => ({
  method,
  path: `/v2/${repository}/manifests/${reference}`,
  repository,
  headers: { accept: acceptHeader },
  maxBodyBytes: maxManifestBytes,
  followRedirects: true,
})

/** The answer to a HEAD, and how it is called in messages; undefined where the registry takes no HEAD. */
async function findHead(session: OciSession, repository: string, reference: string) {
  if (session.takesHead === false) return undefined
  const request = requestOf('HEAD', repository, reference)
  const response = await session.send(request)
  if (response.status === 405 || response.status === 501) {
    session.takesHead ??= false
    return undefined
  }
  session.takesHead = true
  return { response, what: session.what(request) }
}

/**
 * The digest that a tag or digest has in the registry now; undefined only on a 404. A registry that leaves the digest
 * header out, or takes no HEAD, is asked for the bytes instead.
 *
 * @throws InvalidInputError where that is not known
 */
export async function findDigest(
  session: OciSession,
  repository: string,
  reference: string,
): Promise<Digest | undefined> {
  const found = await findStated(session, repository, reference)
  if (typeof found === 'object') throw new InvalidInputError(found.unreadable)
  return found
}

/** The same of a tag; one of which it is not known is unreadable. */
export const findTag = (
  session: OciSession,
  repository: string,
  tag: string,
): Promise<Digest | UnreadableTag | undefined> => orUnreadable(() => findStated(session, repository, tag))

/** What is larger is read by its digest, of which fewer are read at once. */
const maxTaggedBytes = 256 * 1024

/** The manifest that a tag points at; of anything odd the answer of {@link findTag}, so that it is read by its digest. */
export const findTaggedManifest = async (
  session: OciSession,
  repository: string,
  tag: string,
): Promise<Manifest | Digest | UnreadableTag | undefined> =>
  (await readTagged(session, repository, tag)) ?? findTag(session, repository, tag)

async function readTagged(session: OciSession, repository: string, tag: string): Promise<Manifest | undefined> {
  const request = { ...requestOf('GET', repository, tag), maxBodyBytes: maxTaggedBytes }
  const read = await orUnreadable(async () => {
    const response = await session.send(request)
    const stated = statedDigest(response) ?? digestOf(response.body)
    if (response.status !== 200 || !isDigest(stated)) return undefined
    return readManifest(response.body, stated, mediaTypeOf(response.headers['content-type']), session.what(request))
  })
  return read && !('unreadable' in read) ? read : undefined
}

async function findStated(
  session: OciSession,
  repository: string,
  reference: string,
): Promise<Digest | UnreadableTag | undefined> {
  const head = await findHead(session, repository, reference)
  if (head !== undefined) {
    if (isAbsent(head.response, head.what)) return undefined
    if (head.response.status !== 200) throw unexpectedStatus(head.what, 'a manifest', head.response)
    const stated = statedDigest(head.response)
    if (stated !== undefined && isDigest(stated)) return stated
  }
  const request = requestOf('GET', repository, reference)
  const response = await session.send(request)
  const what = session.what(request)
  if (isAbsent(response, what)) return undefined
  if (response.status !== 200) throw unexpectedStatus(what, 'a manifest', response)
  return digestOfAnswer(response, what, readerOf(session, repository))
}

/** Where a tag points by the bytes that were sent for it. */
async function digestOfAnswer(
  response: HttpResponse,
  what: string,
  read: (digest: string) => Promise<Uint8Array | undefined>,
): Promise<Digest | UnreadableTag> {
  const stated = statedDigest(response)
  if (stated !== undefined && isDigest(stated)) {
    verifyDigest(response.body, stated, what)
    return stated
  }
  // A web page would pass for any image.
  parseJson(response.body, what)
  if (stated === undefined || !isOtherAlgorithm(stated)) return digestOf(response.body)
  verifyOtherDigest(response.body, stated, what)
  const unreadable = `${what}: expected a sha256 digest, got ${quoted(stated)}, an algorithm that is not served here`
  const { mayReferTo } = await namedBelow(response.body, read)
  // The same bytes may be stored under the other algorithm as well.
  return { unreadable, ...(mayReferTo && { mayReferTo: [digestOf(response.body), ...mayReferTo] }) }
}

/** False only on a 404. */
export async function hasManifest(session: OciSession, repository: string, digest: Digest): Promise<boolean> {
  const head = await findHead(session, repository, digest)
  const { response, what } = head ?? (await getAnswer(session, repository, digest))
  if (isAbsent(response, what)) return false
  if (response.status !== 200) throw unexpectedStatus(what, 'a manifest', response)
  return true
}

async function getAnswer(session: OciSession, repository: string, reference: string) {
  const request = requestOf('GET', repository, reference)
  return { response: await session.send(request), what: session.what(request) }
}

/** Gives the bytes that the registry has as a manifest under a digest of any algorithm; undefined where it gives none. */
const readerOf = (session: OciSession, repository: string) => async (digest: string) => {
  const { response, what } = await getAnswer(session, repository, digest)
  return isAbsent(response, what) || response.status !== 200 ? undefined : response.body
}

/** The manifest, whose bytes hash to the digest asked for; undefined only on a 404. */
export async function findManifest(
  session: OciSession,
  repository: string,
  digest: Digest,
): Promise<Manifest | UnreadableManifest | undefined> {
  const found = await orUnreadable(async () => {
    const { response, what } = await getAnswer(session, repository, digest)
    if (isAbsent(response, what)) return undefined
    if (response.status !== 200) throw unexpectedStatus(what, 'a manifest', response)
    const read = readManifest(response.body, digest, mediaTypeOf(response.headers['content-type']), what)
    if (!('unreadable' in read) || read.mayReferTo === undefined) return read
    const { unreadable } = read
    return { unreadable, ...(await namedBelow(response.body, readerOf(session, repository))) }
  })
  return found && { digest, ...found }
}

/** The answer to a GET whose body, not yet parsed, hashes to the digest that its header states; undefined only on a 404. */
export async function findManifestBytes(
  session: OciSession,
  repository: string,
  reference: string,
): Promise<HttpResponse | undefined> {
  const { response, what } = await getAnswer(session, repository, reference)
  if (isAbsent(response, what)) return undefined
  if (response.status !== 200) throw unexpectedStatus(what, 'a manifest', response)
  const stated = statedDigest(response)
  if (stated === undefined) return response
  if (!isDigest(stated))
    throw new InvalidInputError(`${what}: expected a sha256 digest in docker-content-digest, got ${quoted(stated)}`)
  verifyDigest(response.body, stated, what)
  return response
}

function statedDigest(response: HttpResponse): string | undefined {
  const header = response.headers['docker-content-digest']
  return header === undefined ? undefined : String(header)
}
