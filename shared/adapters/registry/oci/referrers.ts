import type { Digest } from '../../../domain/digest.ts'
import { referrersTag } from '../../../domain/retention/versions/tag-kind.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { Referrer, ReferrersOptions } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { type Descriptor, findDescriptors, maxManifestBytes } from '../manifest.ts'
import { acceptHeader } from '../media-types.ts'
import { isAbsent, unexpectedStatus } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'
import { PageLinks } from './page-links.ts'

/** How registries that lack the referrers API answer a call of it. */
const withoutApi = [303, 400, 404, 405, 406, 501]

/**
 * From both places, since a registry that learned the API later still has the tags that older clients wrote.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
export async function listReferrers(
  session: OciSession,
  repository: string,
  digest: Digest,
  { hasReferrersTag }: ReferrersOptions = { hasReferrersTag: true },
): Promise<readonly Referrer[]> {
  const [fromApi, fromTag] = await Promise.all([
    referrersOfApi(session, repository, digest),
    hasReferrersTag ? referrersOfTag(session, repository, digest) : [],
  ])
  return mergeReferrers([...fromApi, ...fromTag])
}

/** Each digest once; the first mention wins. */
export function mergeReferrers(referrers: readonly Referrer[]): readonly Referrer[] {
  const merged = new Map<Digest, Referrer>()
  for (const referrer of referrers) if (!merged.has(referrer.digest)) merged.set(referrer.digest, referrer)
  return [...merged.values()]
}

async function referrersOfApi(session: OciSession, repository: string, digest: Digest): Promise<Referrer[]> {
  const path = `/v2/${repository}/referrers/${digest}`
  const first = new URL(`${session.endpoint.origin}${session.basePath}${path}`)
  const links = new PageLinks(first, [session.endpoint.host, session.host], `/${repository}/referrers/${digest}`)
  const found: Referrer[] = []
  for (let search: string | undefined = ''; search !== undefined; ) {
    const request: OciRequest = { method: 'GET', path: `${path}${search}`, repository, maxBodyBytes: maxManifestBytes }
    const response = await session.send({ ...request, redirectsAreAnswers: true })
    if (search === '' && withoutApi.includes(response.status)) return []
    found.push(...referrersOf(response, session.what(request)))
    search = links.next(response.headers)
  }
  return found
}

async function referrersOfTag(session: OciSession, repository: string, digest: Digest): Promise<Referrer[]> {
  const request: OciRequest = {
    method: 'GET',
    path: `/v2/${repository}/manifests/${referrersTag(digest)}`,
    repository,
    headers: { accept: acceptHeader },
    maxBodyBytes: maxManifestBytes,
    followRedirects: true,
  }
  const response = await session.send(request)
  if (isAbsent(response, session.what(request))) return []
  if (response.status !== 200) throw unexpectedStatus(session.what(request), 'an index of referrers', response)
  // An ordinary image that was pushed under such a tag states no referrers.
  return (findDescriptors(response.body, session.what(request)) ?? []).map(referrerOf)
}

function referrersOf(response: HttpResponse, what: string): Referrer[] {
  if (response.status !== 200) throw unexpectedStatus(what, 'an index of referrers', response)
  const descriptors = findDescriptors(response.body, what)
  if (descriptors === undefined)
    throw new InvalidInputError(`${what}: expected an index of referrers, got another shape`)
  return descriptors.map(referrerOf)
}

const referrerOf = ({ digest, mediaType, artifactType }: Descriptor): Referrer => ({
  digest,
  mediaType: mediaType ?? '',
  ...(artifactType ? { artifactType } : {}),
})
