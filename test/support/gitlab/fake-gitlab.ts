import { isDigest } from '../../../shared/domain/digest.ts'
import {
  type FrontAnswer,
  type FrontRequest,
  type RegistryFront,
  startRegistryFront,
  v2Error,
  v2PathOf,
} from '../registry-front.ts'
import { GitlabShelf } from './shelf.ts'

/** A deploy token. */
export const deployToken = { username: 'gitlab+deploy-token-1', password: 'hush' }

export interface GitlabState {
  now: () => Date
  /** False where the registry keeps its metadata beside its blobs, and has no API of its own. */
  hasDatabase: boolean
  /** Patterns of tags that this user may not delete. */
  protectedTags: readonly RegExp[]
  /** What the user may do. */
  actions: readonly string[]
  /** Asked first; what it answers is sent in the place of the registry's own answer. */
  answer: (request: FrontRequest) => FrontAnswer | undefined
}

export interface FakeGitlab extends RegistryFront {
  readonly state: GitlabState
  readonly tokens: { ended: number }
  shelf(repository: string): GitlabShelf
}

interface Asked {
  readonly own: GitlabShelf
  readonly state: GitlabState
  readonly front: RegistryFront
  readonly reference: string
}

/**
 * The registry of a GitLab as its source has it, before a real registry that keeps manifests and blobs.
 *
 * @see https://gitlab.com/gitlab-org/container-registry/-/tree/master/registry/handlers
 */
export async function startFakeGitlab(): Promise<FakeGitlab> {
  const state: GitlabState = {
    now: () => new Date(),
    hasDatabase: true,
    protectedTags: [],
    actions: ['pull', 'push', 'delete'],
    answer: () => undefined,
  }
  const tokens = { ended: 0 }
  const shelves = new Map<string, GitlabShelf>()
  const shelf = (repository: string): GitlabShelf => {
    const known = shelves.get(repository) ?? new GitlabShelf(() => state.now())
    shelves.set(repository, known)
    return known
  }
  const front = await startRegistryFront(async (request, body, own) => {
    const answered = state.answer(request)
    if (answered) return answered
    const url = new URL(request.path, `http://${own.host}`)
    if (url.pathname === '/jwt/auth') return tokenAnswer(request, url, state, tokens)
    const [, listed] = /^\/gitlab\/v1\/repositories\/(.+)\/tags\/list\/$/.exec(url.pathname) ?? []
    const place = v2PathOf(url.pathname)
    const refused = refusalOf(request, own.host, listed ?? place?.repository, tokens)
    if (refused) return refused
    if (listed !== undefined) return state.hasDatabase ? tagsAnswer(shelves.get(listed), url) : { status: 404 }
    if (place?.kind === 'referrers') return { status: 404 }
    if (place?.kind === 'tags') return tagNames(shelves.get(place.repository), place.repository, url)
    if (place?.kind !== 'manifests') return own.passOn(request, body)
    return manifestAnswer(
      { own: shelf(place.repository), state, front: own, reference: place.reference },
      request,
      body,
    )
  })
  const collectGarbage = async () => {
    for (const [repository, own] of shelves) {
      for (let gone = own.unreferenced(); gone.length > 0; gone = own.unreferenced())
        for (const digest of gone) own.remove(digest)
      const kept = await front.passOn({ path: `/v2/${repository}/tags/list` })
      if (kept.ok) await dropFrom(front, repository, own)
    }
    return front.collectGarbage()
  }
  return { ...front, state, tokens, shelf, collectGarbage }
}

/** Behind, everything that was ever pushed is stored. */
const pushed = new WeakMap<GitlabShelf, Set<string>>()

async function dropFrom({ passOn }: RegistryFront, repository: string, own: GitlabShelf): Promise<void> {
  for (const digest of pushed.get(own) ?? [])
    if (isDigest(digest) && !own.manifests.has(digest))
      await passOn({ method: 'DELETE', path: `/v2/${repository}/manifests/${digest}` })
}

function tokenAnswer(
  { headers }: FrontRequest,
  url: URL,
  { actions }: GitlabState,
  tokens: { ended: number },
): FrontAnswer {
  const { username, password } = deployToken
  if (headers.authorization !== `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
    return v2Error(401, 'UNAUTHORIZED')
  const [, name = '', asked = ''] = (url.searchParams.get('scope') ?? '').split(':')
  const given = asked.split(',').filter(action => actions.includes(action))
  return { status: 200, body: { token: Buffer.from(`${tokens.ended} ${name} ${given}`).toString('base64') } }
}

const actionOf: Readonly<Record<string, string>> = { GET: 'pull', HEAD: 'pull', DELETE: 'delete' }

function refusalOf(
  { method, headers }: FrontRequest,
  host: string,
  repository: string | undefined,
  tokens: { ended: number },
): FrontAnswer | undefined {
  const token = Buffer.from((headers.authorization ?? '').replace('Bearer ', ''), 'base64').toString()
  const [ended, name, actions = ''] = token.split(' ')
  const isOf =
    repository === undefined || (name === repository && actions.split(',').includes(actionOf[method] ?? 'push'))
  if (headers['user-agent'] !== 'shelflife' || (ended === String(tokens.ended) && isOf)) return undefined
  const error = ended === String(tokens.ended) ? ',error="insufficient_scope"' : ''
  const header = `Bearer realm="http://${host}/jwt/auth",service="container_registry"${error}`
  return { ...v2Error(401, 'UNAUTHORIZED'), headers: { 'www-authenticate': header } }
}

async function manifestAnswer(asked: Asked, request: FrontRequest, body: Buffer): Promise<FrontAnswer | Response> {
  const { own, front, reference } = asked
  const repository = v2PathOf(request.path)?.repository
  if (request.method === 'DELETE') return deletionAnswer(asked)
  if (request.method === 'PUT') {
    const answer = await front.passOn(request, body)
    if (answer.status !== 201) return answer
    const digest = own.store(body, String(request.headers['content-type']))
    pushed.set(own, (pushed.get(own) ?? new Set()).add(digest))
    if (!isDigest(reference)) own.point(reference, digest)
    return answer
  }
  const digest = isDigest(reference) ? reference : own.tags.get(reference)?.digest
  if (digest === undefined || !own.manifests.has(digest)) return v2Error(404, 'MANIFEST_UNKNOWN')
  return front.passOn({ ...request, path: `/v2/${repository}/manifests/${digest}` })
}

/** By digest nothing goes while any rule holds this user, whatever is on it. */
function deletionAnswer({ own, state, reference }: Asked): FrontAnswer {
  if (!isDigest(reference)) {
    if (state.protectedTags.some(pattern => pattern.test(reference))) return v2Error(401, 'PROTECTED_TAG')
    return own.tags.delete(reference) ? { status: 202 } : v2Error(404, 'MANIFEST_UNKNOWN')
  }
  if (state.protectedTags.length > 0) return v2Error(401, 'PROTECTED_MANIFEST')
  if (!own.manifests.has(reference)) return v2Error(404, 'MANIFEST_UNKNOWN')
  if (own.isInIndex(reference)) return v2Error(409, 'MANIFEST_REFERENCED')
  own.remove(reference)
  return { status: 202 }
}

function tagNames(own: GitlabShelf | undefined, repository: string, url: URL): FrontAnswer {
  if (!own) return v2Error(404, 'NAME_UNKNOWN')
  const { shown, next } = pageOf(own, url)
  const link = `<${url.origin}${url.pathname}?n=${shown.length}&last=${shown.at(-1)}>; rel="next"`
  return { status: 200, body: { name: repository, tags: shown }, ...(next && { headers: { link } }) }
}

const pageOf = (own: GitlabShelf, url: URL) => {
  const count = Number(url.searchParams.get('n') ?? 100)
  const last = url.searchParams.get('last') ?? ''
  const left = [...own.tags.keys()].toSorted().filter(name => name > last)
  return { shown: left.slice(0, count), next: left.length > count }
}

/** A link to the page before as well. */
function tagsAnswer(own: GitlabShelf | undefined, url: URL): FrontAnswer {
  if (Number(url.searchParams.get('n') ?? 100) > 1_000) return v2Error(400, 'INVALID_QUERY_PARAMETER_VALUE')
  if (!own) return v2Error(404, 'NAME_UNKNOWN')
  const { shown, next } = pageOf(own, url)
  const linkTo = (marker: string, name: string | undefined, rel: string) => {
    const search = new URLSearchParams({ n: url.searchParams.get('n') ?? '100', [marker]: name ?? '' })
    return `<${url.origin}${url.pathname}?${search}>; rel="${rel}"`
  }
  const before = url.searchParams.has('last') ? [linkTo('before', shown[0], 'previous')] : []
  const links = [...before, ...(next ? [linkTo('last', shown.at(-1), 'next')] : [])]
  const hasReferrers = url.searchParams.get('referrers') === 'true'
  return {
    status: 200,
    body: shown.map(name => tagJson(name, own, hasReferrers)),
    ...(links.length > 0 && { headers: { link: links.join(', ') } }),
  }
}

function tagJson(name: string, own: GitlabShelf, hasReferrers: boolean) {
  const row = own.tags.get(name)
  if (!row) throw new Error(`no tag ${name}`)
  const { mediaType, config, sizeBytes } = own.manifests.get(row.digest) ?? {}
  const referrers = own.referrersOf(row.digest).map(([digest, { artifactType }]) => ({ digest, artifactType }))
  return {
    name,
    digest: row.digest,
    ...(config && { config_digest: config }),
    media_type: mediaType,
    size_bytes: sizeBytes,
    created_at: row.createdAt.toISOString(),
    ...(row.updatedAt && { updated_at: row.updatedAt.toISOString() }),
    published_at: (row.updatedAt ?? row.createdAt).toISOString(),
    ...(hasReferrers && referrers.length > 0 && { referrers }),
  }
}
