import { isDigest } from '../../../shared/domain/digest.ts'
import {
  type FrontAnswer,
  type FrontRequest,
  type RegistryFront,
  startRegistryFront,
  v2Error,
  v2PathOf,
} from '../registry-front.ts'
import { QuayShelf } from './shelf.ts'

/** A robot, which is known at `/v2/` alone. */
export const robot = { username: 'team+sweeper', password: 'hush' }
/** What an OAuth application of the organisation has. */
export const oauthToken = 'oauth-of-team'

export interface QuayState {
  now: () => Date
  /** Whoever comes without a token may list. */
  isPublic: boolean
  /** False for those before 3.13, which deleted by digest alone. */
  deletesTags: boolean
  /** By what stands before `/autoprunepolicy/`; undefined where that Quay prunes nothing. */
  policies: Record<string, unknown[]> | undefined
  /** Asked first; what it answers is sent in the place of Quay's own answer. */
  answer: (request: FrontRequest) => FrontAnswer | undefined
}

export interface FakeQuay extends RegistryFront {
  readonly state: QuayState
  shelf(repository: string): QuayShelf
}

const maxPerPage = 100

/** Quay as its source has it, before a real registry that keeps manifests and blobs. @see https://github.com/quay/quay */
export async function startFakeQuay(): Promise<FakeQuay> {
  const state: QuayState = {
    now: () => new Date(),
    isPublic: false,
    deletesTags: true,
    policies: {},
    answer: () => undefined,
  }
  const shelves = new Map<string, QuayShelf>()
  const shelf = (repository: string): QuayShelf => {
    const known = shelves.get(repository) ?? new QuayShelf(() => state.now())
    shelves.set(repository, known)
    return known
  }
  const front = await startRegistryFront(async (request, body, own) => {
    const answered = state.answer(request)
    if (answered) return answered
    const url = new URL(request.path, `http://${own.host}`)
    if (url.pathname === '/v2/auth') return tokenAnswer(request, url)
    if (url.pathname.startsWith('/api/v1/')) return apiAnswer(request, url, state, shelves)
    if (request.headers.authorization !== 'Bearer robot') return challenge(own.host)
    const place = v2PathOf(url.pathname)
    if (place?.kind === 'tags') return tagNames(shelves.get(place.repository), place.repository, url)
    if (place?.kind !== 'manifests') return own.passOn(request, body)
    return manifestAnswer({ own: shelf(place.repository), state, front: own, ...place }, request, body)
  })
  const collectGarbage = async () => {
    for (const [repository, own] of shelves)
      for (const digest of own.manifests.keys())
        if (!own.isServed(digest))
          await front.passOn({ method: 'DELETE', path: `/v2/${repository}/manifests/${digest}` })
    return front.collectGarbage()
  }
  return { ...front, state, shelf, collectGarbage }
}

interface Asked {
  readonly own: QuayShelf
  readonly state: QuayState
  readonly front: RegistryFront
  readonly repository: string
  readonly reference: string
}

async function manifestAnswer(
  { own, state, front, repository, reference }: Asked,
  request: FrontRequest,
  body: Buffer,
): Promise<FrontAnswer | Response> {
  if (request.method === 'DELETE') return deletionAnswer(own, reference, state)
  if (request.method === 'PUT') {
    if (own.findTag(reference)?.immutable) return v2Error(409, 'TAG_IMMUTABLE')
    const answer = await front.passOn(request, body)
    if (answer.status === 201) own.point(reference, own.store(body))
    return answer
  }
  const digest = isDigest(reference) ? reference : own.findTag(reference)?.digest
  if (digest === undefined || !own.isServed(digest)) return v2Error(404, 'MANIFEST_UNKNOWN')
  return front.passOn({ ...request, path: `/v2/${repository}/manifests/${digest}` })
}

const challenge = (host: string): FrontAnswer => ({
  ...v2Error(401, 'UNAUTHORIZED'),
  headers: { 'www-authenticate': `Bearer realm="http://${host}/v2/auth",service="${host}"` },
})

/** The scope is matched as a whole. @see https://github.com/quay/quay/blob/master/endpoints/v2/v2auth.py */
function tokenAnswer({ headers }: FrontRequest, url: URL): FrontAnswer {
  const { username, password } = robot
  if (headers.authorization !== `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
    return v2Error(401, 'UNAUTHORIZED')
  const scope = url.searchParams.get('scope')
  const isKnown = /^repository:(?:[.a-zA-Z0-9_-]+\/)*[.a-zA-Z0-9_-]+:(?:push|pull|\*)(?:,(?:push|pull|\*))*$/
  if (scope !== null && !isKnown.test(scope)) return v2Error(400, 'INVALID_REQUEST')
  return { status: 200, body: { token: 'robot' } }
}

/** Tags that are on it end; where there is none it is not known. @see https://github.com/quay/quay/blob/master/endpoints/v2/manifest.py */
function deletionAnswer(own: QuayShelf, reference: string, { deletesTags }: QuayState): FrontAnswer {
  const isByDigest = isDigest(reference)
  if (!isByDigest && !deletesTags) return { status: 405 }
  const isMeant = (row: { name: string; digest: string }) =>
    isByDigest ? row.digest === reference : row.name === reference
  if (own.alive.some(row => isMeant(row) && row.immutable)) return v2Error(409, 'TAG_IMMUTABLE')
  return own.end(isMeant) === 0 ? v2Error(404, 'MANIFEST_UNKNOWN') : { status: 202 }
}

/** At most a hundred a page, oldest first, with a whole address to the next. */
function tagNames(own: QuayShelf | undefined, repository: string, url: URL): FrontAnswer {
  if (!own) return v2Error(404, 'NAME_UNKNOWN')
  const names = own.alive.map(row => row.name).toReversed()
  const limit = Math.min(Number(url.searchParams.get('n') ?? maxPerPage), maxPerPage)
  const from = Number(url.searchParams.get('next_page') ?? 0)
  const next = from + limit
  const link = `<${url.origin}${url.pathname}?n=${limit}&next_page=${next}>; rel="next"`
  return {
    status: 200,
    body: { name: repository, tags: names.slice(from, next) },
    ...(next < names.length && { headers: { link } }),
  }
}

/** @see https://github.com/quay/quay/blob/master/endpoints/api/tag.py */
function apiAnswer(
  { headers }: FrontRequest,
  url: URL,
  { isPublic, policies }: QuayState,
  shelves: ReadonlyMap<string, QuayShelf>,
): FrontAnswer {
  const [, repository = ''] = /^\/api\/v1\/repository\/(.+)\/tag\/$/.exec(url.pathname) ?? []
  const problem = (status: number, title: string): FrontAnswer => ({
    status,
    body: { status, title, error_type: title },
  })
  if (headers.authorization !== undefined && headers.authorization !== `Bearer ${oauthToken}`)
    return problem(401, 'invalid_token')
  if (headers.authorization === undefined && !isPublic) return problem(401, 'invalid_token')
  const namespace = url.pathname === '/api/v1/repository' ? url.searchParams.get('namespace') : undefined
  if (namespace === null) return problem(400, 'invalid_request')
  if (namespace !== undefined) return repositoriesAnswer([...shelves.keys()], namespace, url)
  const [, of] = /^\/api\/v1\/(.+)\/autoprunepolicy\/$/.exec(url.pathname) ?? []
  if (of !== undefined && policies === undefined) return problem(404, 'not_found')
  if (of !== undefined && headers.authorization === undefined) return problem(403, 'insufficient_scope')
  if (of !== undefined) return { status: 200, body: { policies: policies?.[of] ?? [] } }
  const own = shelves.get(repository)
  if (!own) return problem(404, 'not_found')
  const limit = Math.min(maxPerPage, Math.max(1, Number(url.searchParams.get('limit') ?? 50)))
  const page = Math.max(1, Number(url.searchParams.get('page') ?? 1))
  const isActive = url.searchParams.get('onlyActiveTags') === 'true'
  const rows = isActive ? own.alive : own.rows.filter(row => !row.hidden)
  const shown = rows.slice((page - 1) * limit, page * limit)
  return {
    status: 200,
    body: { tags: shown.map(row => tagJson(row, own)), page, has_additional: rows.length > page * limit },
  }
}

/** A hundred a page, with a token to the next. @see https://github.com/quay/quay/blob/master/endpoints/api/repository.py */
function repositoriesAnswer(paths: readonly string[], namespace: string, url: URL): FrontAnswer {
  const own = paths.filter(path => path.startsWith(`${namespace}/`))
  const from = Number(url.searchParams.get('next_page')?.replace('token-', '') ?? 0)
  const next = from + maxPerPage < own.length ? { next_page: `token-${from + maxPerPage}` } : {}
  const repositories = own
    .slice(from, from + maxPerPage)
    .map(path => ({ namespace, name: path.slice(namespace.length + 1), is_public: false, kind: 'image' }))
  return { status: 200, body: { repositories, ...next } }
}

function tagJson({ name, digest, startMs, endMs, immutable }: QuayShelf['rows'][number], own: QuayShelf) {
  const { isIndex = false, sizeBytes } = own.manifests.get(digest) ?? {}
  const seconds = (ms: number) => Math.floor(ms / 1000)
  return {
    name,
    reversion: false,
    start_ts: seconds(startMs),
    ...(endMs !== undefined && { end_ts: seconds(endMs), expiration: new Date(endMs).toUTCString() }),
    manifest_digest: digest,
    is_manifest_list: isIndex,
    size: isIndex ? null : (sizeBytes ?? 0),
    last_modified: new Date(startMs).toUTCString(),
    ...(immutable && { immutable }),
  }
}
