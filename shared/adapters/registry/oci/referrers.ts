import type { Digest } from '../../../domain/digest.ts'
import { referrersTag } from '../../../domain/retention/versions/tag-kind.ts'
import { isPassedOver } from '../../../domain/sync-reason.ts'
import { AccessDeniedError } from '../../../errors.ts'
import type { Referrer, ReferrersOptions } from '../../../ports/registry.ts'
import type { HttpResponse } from '../../http/client.ts'
import { type Descriptor, findDescriptors, maxManifestBytes } from '../manifest.ts'
import { acceptHeader } from '../media-types.ts'
import { unexpectedStatus } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'
import { PageLinks } from './page-links.ts'
import type { ReferrersApi } from './referrers-api.ts'

/**
 * From both places, since a registry that learned the API later still has the tags that older clients wrote. The API is
 * not everywhere: a place that answers what is no list of referrers, or that may not be read, has none.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
export async function listReferrers(
  session: OciSession,
  repository: string,
  digest: Digest,
  { hasReferrersTag = true, isBestEffort = false }: ReferrersOptions = {},
): Promise<readonly Referrer[]> {
  const api = isBestEffort ? session.referrersApi : session.referrersApiFor(repository)
  const [fromApi, fromTag] = await Promise.all([
    api.isAbsent ? [] : collectReferrers(pagesOfApi(session, api, repository, digest), isBestEffort),
    hasReferrersTag ? collectReferrers(pageOfTag(session, repository, digest), isBestEffort) : [],
  ])
  return mergeReferrers([...fromApi, ...fromTag])
}

/** All that one place lists. Once it listed some, an error means that there may be more. */
export async function collectReferrers(
  pages: AsyncIterable<readonly Referrer[]>,
  isBestEffort: boolean,
): Promise<readonly Referrer[]> {
  const found: Referrer[] = []
  try {
    for await (const page of pages) found.push(...page)
  } catch (error) {
    const isRefused = error instanceof AccessDeniedError && found.length === 0
    if (!isRefused && !(isBestEffort && isPassedOver(error))) throw error
  }
  return found
}

/** Each digest once; the first mention wins. */
export function mergeReferrers(referrers: readonly Referrer[]): readonly Referrer[] {
  const merged = new Map<Digest, Referrer>()
  for (const referrer of referrers) if (!merged.has(referrer.digest)) merged.set(referrer.digest, referrer)
  return [...merged.values()]
}

const listRequest = {
  method: 'GET',
  maxBodyBytes: maxManifestBytes,
  followRedirects: true,
  seeOtherIsAnswer: true,
} as const

async function* pagesOfApi(
  session: OciSession,
  api: ReferrersApi,
  repository: string,
  digest: Digest,
): AsyncGenerator<Referrer[]> {
  const path = `/v2/${repository}/referrers/${digest}`
  const first = new URL(`${session.endpoint.origin}${session.basePath}${path}`)
  const links = new PageLinks(first, [session.endpoint.host, session.host], `/${repository}/referrers/${digest}`)
  for (let search: string | undefined = ''; search !== undefined; ) {
    const request: OciRequest = { ...listRequest, path: `${path}${search}`, repository }
    const response = await session.send(request)
    api.answered(response.status)
    const page = findReferrers(response)
    if (page === undefined && search === '') return
    if (page === undefined) throw unexpectedStatus(session.what(request), 'an index of referrers', response)
    yield page
    search = links.next(response.headers, response.url)
  }
}

/** An ordinary image that was pushed under such a tag states no referrers. */
async function* pageOfTag(session: OciSession, repository: string, digest: Digest): AsyncGenerator<Referrer[]> {
  const response = await session.send({
    method: 'GET',
    path: `/v2/${repository}/manifests/${referrersTag(digest)}`,
    repository,
    headers: { accept: acceptHeader },
    maxBodyBytes: maxManifestBytes,
    followRedirects: true,
  })
  yield findReferrers(response) ?? []
}

/** Undefined for what is no list of referrers. */
const findReferrers = (response: HttpResponse): Referrer[] | undefined =>
  response.status === 200 ? findDescriptors(response.body)?.map(referrerOf) : undefined

const referrerOf = ({ digest, mediaType, artifactType }: Descriptor): Referrer => ({
  digest,
  mediaType: mediaType ?? '',
  ...(artifactType ? { artifactType } : {}),
})
