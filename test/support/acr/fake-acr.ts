import { type Digest, isDigest } from '../../../shared/domain/digest.ts'
import {
  type FrontAnswer,
  type FrontRequest,
  type RegistryFront,
  startRegistryFront,
  v2Error,
  v2PathOf,
} from '../registry-front.ts'
import { AcrApi } from './acr-api.ts'
import { AcrTokens } from './acr-tokens.ts'
import { AcrShelf } from './shelf.ts'

export interface AcrState {
  now: () => Date
  /** Look-ups of referrers that are left of this minute. */
  referrerLookups: number
  /** Asked first; what it answers is sent in the place of ACR's own answer. */
  answer: (request: FrontRequest) => FrontAnswer | undefined
}

export interface FakeAcr extends RegistryFront {
  readonly state: AcrState
  readonly tokens: AcrTokens
  shelf(repository: string): AcrShelf
}

/**
 * An Azure Container Registry as its documents, its clients and recorded answers of it have it, before a real registry that keeps
 * manifests and blobs.
 *
 * @see https://learn.microsoft.com/rest/api/containerregistry/
 */
export async function startFakeAcr(): Promise<FakeAcr> {
  const state: AcrState = { now: () => new Date(), referrerLookups: 250, answer: () => undefined }
  const tokens = new AcrTokens()
  const shelves = new Map<string, AcrShelf>()
  const shelf = (repository: string): AcrShelf => {
    const known = shelves.get(repository) ?? new AcrShelf(() => state.now())
    shelves.set(repository, known)
    return known
  }
  const front = await startRegistryFront(async (request, body, own) => {
    const answered = state.answer(request) ?? tokens.answer(request, body, own.host)
    if (answered) return answered
    if (request.path.startsWith('/acr/v1/')) return new AcrApi(shelves, tokens, own.host).answer(request)
    return v2Answer({ state, tokens, shelf, front: own }, request, body)
  })
  return { ...front, state, tokens, shelf }
}

const disallowed = v2Error(405, 'REGISTRY_DISALLOWED_OPERATION')

async function v2Answer(
  {
    state,
    tokens,
    shelf,
    front,
  }: { state: AcrState; tokens: AcrTokens; shelf: FakeAcr['shelf']; front: RegistryFront },
  request: FrontRequest,
  body: Buffer,
): Promise<FrontAnswer | Response> {
  const place = v2PathOf(request.path)
  const refused = tokens.refusalOf(request, front.host, `repository:${place?.repository}:pull`)
  if (refused) return refused
  if (!place) return front.passOn(request, body)
  const { repository, kind, reference } = place
  if (kind === 'referrers' && state.referrerLookups-- <= 0)
    return { ...v2Error(429, 'TOOMANYREQUESTS'), headers: { 'retry-after': '60' } }
  if (kind === 'tags') return tagNames(shelf(repository), repository)
  if (kind !== 'manifests') return front.passOn(request, body)
  const own = shelf(repository)
  if (request.method === 'PUT') return putAnswer(own, front, request, { reference, body })
  const digest = isDigest(reference) ? reference : own.tags.get(reference)?.digest
  if (digest === undefined || !own.manifests.has(digest)) return v2Error(404, 'MANIFEST_UNKNOWN')
  if (request.method !== 'DELETE') return front.passOn({ ...request, path: `/v2/${repository}/manifests/${digest}` })
  if (own.isManifestLocked(digest)) return disallowed
  for (const gone of own.remove(digest))
    await front.passOn({ method: 'DELETE', path: `/v2/${repository}/manifests/${gone}` })
  return { status: 202 }
}

async function putAnswer(
  own: AcrShelf,
  { passOn }: RegistryFront,
  request: FrontRequest,
  { reference, body }: { reference: string; body: Buffer },
): Promise<FrontAnswer | Response> {
  if (own.tags.get(reference)?.attributes.writeEnabled === false) return disallowed
  const answer = await passOn(request, body)
  if (answer.status !== 201) return answer
  const digest: Digest = own.store(body, String(request.headers['content-type']))
  if (!isDigest(reference)) own.point(reference, digest)
  return answer
}

function tagNames(own: AcrShelf, repository: string): FrontAnswer {
  if (own.manifests.size === 0) return v2Error(404, 'NAME_UNKNOWN')
  const tags = [...own.tags].filter(([, { attributes }]) => attributes.listEnabled !== false).map(([name]) => name)
  return { status: 200, body: { name: repository, tags: tags.toSorted() } }
}
