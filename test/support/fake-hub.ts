import {
  type Answered,
  type ApiAnswer,
  type ApiBeforeRegistry,
  type AskedRequest,
  manifestOf,
  ociRefusal,
  type PassOn,
  startApiBeforeRegistry,
} from './api-before-registry.ts'

interface Tag {
  readonly name: string
  digest: string
  readonly pushedAt: Date
  pulledAt: Date | undefined
}

/** What the test may change while it runs. */
export interface HubState {
  /** Passwords and tokens that are accepted. */
  readonly secrets: Set<string>
  /** What an exchanged token may do. */
  rights: readonly ('read' | 'delete')[]
  /** Repositories that only who has a token may see. */
  readonly secret: Set<string>
  /** Asked first; what it answers is sent in the place of Docker Hub's own answer. */
  answer: (request: AskedRequest) => ApiAnswer | undefined
}

export interface FakeHub extends ApiBeforeRegistry {
  readonly state: HubState
  /** Every token that was given ends. */
  endTokens(): void
}

/**
 * Docker Hub: a registry that answers UNSUPPORTED to each delete and has no referrers API, and beside it an API that lists
 * tags, a hundred a page at most, and deletes them one by one, whose images stay.
 *
 * @see https://github.com/docker/docs/blob/main/content/reference/api/hub/latest.yaml
 * @see https://github.com/docker/hub-tool/blob/main/pkg/hub/tags.go
 */
export async function startFakeHub(): Promise<FakeHub> {
  const hub = new Hub()
  const server = await startApiBeforeRegistry((request, passOn) => hub.answer(request, passOn))
  return { ...server, state: hub.state, endTokens: () => hub.tokens.clear() }
}

class Hub {
  readonly state: HubState = {
    secrets: new Set(['hush']),
    rights: ['read', 'delete'],
    secret: new Set(),
    answer: () => undefined,
  }
  readonly tokens = new Set<string>()
  readonly #tags = new Map<string, Map<string, Tag>>()
  #given = 0

  async answer(request: AskedRequest, passOn: PassOn): Promise<Answered> {
    const scripted = this.state.answer(request)
    if (scripted) return scripted
    if (request.path === '/v2/auth/token') return this.#giveToken(request)
    if (/^\/v2\/(namespaces|repositories)\//.test(request.path)) return this.#answerApi(request, passOn)
    if (/^\/v2\/.+\/referrers\//.test(request.path)) return ociRefusal(404, 'NOT_FOUND')
    const manifest = manifestOf(request.path)
    return manifest ? this.#answerManifest(request, manifest, passOn) : passOn(request)
  }

  #giveToken({ method, body }: AskedRequest): ApiAnswer {
    const { identifier, secret } = JSON.parse(body.toString()) as { identifier?: string; secret?: string }
    if (method !== 'POST' || !identifier || !this.state.secrets.has(secret ?? ''))
      return { status: 401, body: { message: 'Incorrect authentication credentials' } }
    const token = `jwt-${++this.#given}`
    this.tokens.add(token)
    return { status: 200, body: { access_token: token } }
  }

  async #answerManifest(
    request: AskedRequest,
    { repository, reference }: { repository: string; reference: string },
    passOn: PassOn,
  ): Promise<Answered> {
    if (request.method === 'DELETE') return ociRefusal(405, 'UNSUPPORTED')
    const answer = await passOn(request)
    const tags = this.#tags.get(repository) ?? new Map<string, Tag>()
    const known = tags.get(reference)
    if (request.method === 'GET' && known) known.pulledAt = new Date()
    const isTag = !reference.startsWith('sha256:')
    if (request.method !== 'PUT' || answer.status !== 201 || !isTag) return answer
    const digest = answer.headers.get('docker-content-digest') ?? ''
    tags.delete(reference)
    this.#tags.set(
      repository,
      tags.set(reference, { name: reference, digest, pushedAt: new Date(), pulledAt: undefined }),
    )
    return answer
  }

  async #answerApi({ method, path, headers }: AskedRequest, passOn: PassOn): Promise<ApiAnswer> {
    const token = headers.authorization?.replace('Bearer ', '')
    if (token !== undefined && !this.tokens.has(token)) return { status: 401, body: { message: 'token expired' } }
    const url = new URL(path, 'http://any')
    const [, namespace, name] = /^\/v2\/namespaces\/([^/]+)\/repositories\/([^/]+)\/tags$/.exec(url.pathname) ?? []
    const [, owner] = /^\/v2\/repositories\/([^/]+)\/$/.exec(url.pathname) ?? []
    if (method === 'GET' && owner !== undefined) return this.#repositories(owner, url, token !== undefined)
    if (method === 'GET') return this.#list(`${namespace}/${name}`, url, token !== undefined)
    const [, repository = '', tag = ''] =
      /^\/v2\/repositories\/([^/]+\/[^/]+)\/tags\/([^/]+)\/$/.exec(url.pathname) ?? []
    if (token === undefined) return { status: 401, body: { message: 'authentication required' } }
    if (!this.state.rights.includes('delete')) return { status: 403, body: { message: 'insufficient scope' } }
    if (!this.#tags.get(repository)?.delete(tag)) return { status: 404, body: { message: 'tag not found' } }
    await passOn({ method: 'DELETE', path: `/v2/${repository}/manifests/${tag}` })
    return { status: 204 }
  }

  #repositories(owner: string, url: URL, hasToken: boolean): ApiAnswer {
    const own = [...this.#tags.keys()].filter(path => path.startsWith(`${owner}/`))
    if (own.length === 0) return { status: 404, body: { message: 'httperror 404: object not found', errinfo: {} } }
    const shown = own.filter(path => hasToken || !this.state.secret.has(path))
    return pageOf(
      shown.map(path => ({ namespace: owner, name: path.slice(owner.length + 1) })),
      url,
    )
  }

  #list(repository: string, url: URL, hasToken: boolean): ApiAnswer {
    const tags = this.#tags.get(repository)
    if (tags === undefined || (this.state.secret.has(repository) && !hasToken))
      return { status: 404, body: { message: 'httperror 404: object not found', errinfo: {} } }
    if (hasToken && !this.state.rights.includes('read')) return { status: 403, body: { message: 'access denied' } }
    return pageOf([...tags.values()].toReversed().map(asJson), url)
  }
}

function pageOf(all: readonly object[], url: URL): ApiAnswer {
  const page = Number(url.searchParams.get('page') ?? 1)
  const size = Math.min(Number(url.searchParams.get('page_size') ?? 10), 100)
  const results = all.slice((page - 1) * size, page * size)
  if (page > 1 && results.length === 0) return { status: 404, body: { message: 'Invalid page.' } }
  const next =
    page * size < all.length ? `https://hub.docker.com${url.pathname}?page=${page + 1}&page_size=${size}` : null
  return { status: 200, body: { count: all.length, next, previous: null, results } }
}

const asJson = ({ name, digest, pushedAt, pulledAt }: Tag) => ({
  creator: 1,
  id: 1,
  images: [{ architecture: 'amd64', digest: `sha256:${'e'.repeat(64)}`, os: 'linux', size: 10, status: 'active' }],
  last_updated: pushedAt.toISOString(),
  name,
  full_size: 10,
  v2: true,
  tag_status: 'active',
  tag_last_pulled: pulledAt?.toISOString() ?? '0001-01-01T00:00:00Z',
  tag_last_pushed: pushedAt.toISOString(),
  media_type: 'application/vnd.oci.image.index.v1+json',
  content_type: 'image',
  digest,
})
