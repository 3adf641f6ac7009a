import { createHash } from 'node:crypto'
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

interface Version {
  readonly id: number
  readonly digest: string
  readonly createdAt: Date
  tags: string[]
  downloads: number
}

/** What the test may change while it runs. */
export interface GithubState {
  /** Owners that are users: all others are organisations. */
  readonly users: Set<string>
  /** Of the token; undefined for one that is no classic token and has none. */
  scopes: string | undefined
  /** The tokens that are accepted. */
  readonly tokens: Set<string>
  /** Asked first; what it answers is sent in the place of GitHub's own answer. */
  answer: (request: AskedRequest) => ApiAnswer | undefined
  /** How many lists leave a version out that was pushed a moment ago. */
  lateLists: number
}

export interface FakeGhcr extends ApiBeforeRegistry {
  readonly state: GithubState
  /** Of a repository, newest first. */
  versions(repository: string): readonly Version[]
}

/**
 * GHCR and the packages of GitHub: a version for each manifest, deletes by the API alone, which keeps the last tagged version
 * of a package and public ones that were downloaded much; no referrers API.
 *
 * @see https://docs.github.com/en/rest/packages/packages
 * @see https://github.com/kairos-io/kairos/issues/4723
 */
export async function startFakeGhcr(): Promise<FakeGhcr> {
  const github = new Github()
  const server = await startApiBeforeRegistry((request, passOn) => github.answer(request, passOn))
  return { ...server, state: github.state, versions: repository => github.newestFirst(repository) }
}

class Github {
  readonly state: GithubState = {
    users: new Set(),
    scopes: 'read:packages, write:packages, delete:packages',
    tokens: new Set(['hush']),
    answer: () => undefined,
    lateLists: 0,
  }
  readonly #versions = new Map<string, Map<string, Version>>()
  #ids = 0

  async answer(request: AskedRequest, passOn: PassOn): Promise<Answered> {
    const scripted = this.state.answer(request)
    if (scripted) return scripted
    if (/^\/(orgs|users)\//.test(request.path)) return this.#answerApi(request, passOn)
    if (/^\/v2\/.+\/referrers\//.test(request.path)) return { status: 404, body: 'not found' }
    const manifest = manifestOf(request.path)
    return manifest ? this.#answerManifest(request, manifest, passOn) : passOn(request)
  }

  newestFirst(repository: string): Version[] {
    return [...(this.#versions.get(repository)?.values() ?? [])].toSorted((one, other) => other.id - one.id)
  }

  async #answerManifest(
    request: AskedRequest,
    { repository, reference }: { repository: string; reference: string },
    passOn: PassOn,
  ): Promise<Answered> {
    if (request.method === 'DELETE') return ociRefusal(405, 'UNSUPPORTED')
    const answer = await passOn(request)
    const versions = this.#versions.get(repository) ?? new Map<string, Version>()
    const digest = answer.headers.get('docker-content-digest') ?? ''
    const known = versions.get(digest)
    if (request.method === 'GET' && known) known.downloads += 1
    if (request.method !== 'PUT' || answer.status !== 201) return answer
    const pushed = `sha256:${createHash('sha256').update(request.body).digest('hex')}`
    const version = versions.get(pushed) ?? {
      id: ++this.#ids,
      digest: pushed,
      createdAt: new Date(),
      tags: [],
      downloads: 0,
    }
    this.#versions.set(repository, versions.set(pushed, version))
    if (!reference.startsWith('sha256:')) {
      for (const other of versions.values()) other.tags = other.tags.filter(tag => tag !== reference)
      version.tags.push(reference)
    }
    return answer
  }

  async #answerApi({ method, path, headers }: AskedRequest, passOn: PassOn): Promise<ApiAnswer> {
    const scopes = this.state.scopes === undefined ? {} : { 'x-oauth-scopes': this.state.scopes }
    const has = (scope: string) => this.state.scopes?.includes(scope) ?? true
    if (!this.state.tokens.has(String(headers.authorization).replace('Bearer ', '')))
      return { status: 401, body: { message: 'Bad credentials' } }
    const url = new URL(path, 'http://any')
    const pattern = /^\/(orgs|users)\/([^/]+)\/packages\/container\/([^/]+)\/versions(?:\/(\d+))?$/
    const [, kind, owner = '', name = '', id] = pattern.exec(url.pathname) ?? []
    const [, ownersKind, ownerOfAll] = /^\/(orgs|users)\/([^/]+)\/packages$/.exec(url.pathname) ?? []
    if (ownerOfAll !== undefined) return this.#packages(ownersKind === 'users', ownerOfAll, url, scopes)
    const isOwner = (kind === 'users') === this.state.users.has(owner)
    const repository = `${owner}/${decodeURIComponent(name)}`
    const versions = isOwner ? this.#versions.get(repository) : undefined
    if (versions === undefined) return { status: 404, body: { message: 'Package not found.' }, headers: scopes }
    if (!has('read:packages')) return { status: 403, body: { message: 'You need at least read:packages scope' } }
    if (method === 'GET' && id === undefined) return this.#list(repository, url, scopes)
    if (!has('delete:packages')) return { status: 403, body: { message: 'Must have admin rights to Repository.' } }
    return this.#delete(repository, Number(id), passOn)
  }

  #packages(isUser: boolean, owner: string, url: URL, scopes: Record<string, string>): ApiAnswer {
    const own = [...this.#versions.keys()].filter(path => path.startsWith(`${owner}/`))
    if (isUser !== this.state.users.has(owner) || own.length === 0)
      return { status: 404, body: { message: 'Not Found' }, headers: scopes }
    if (url.searchParams.get('package_type') !== 'container') return { status: 422, body: { message: 'Invalid' } }
    return pageOf(
      own.map(path => ({ id: 1, name: path.slice(owner.length + 1), package_type: 'container' })),
      url,
      scopes,
    )
  }

  #list(repository: string, url: URL, scopes: Record<string, string>): ApiAnswer {
    const all = this.newestFirst(repository)
    const shown = this.state.lateLists > 0 ? all.slice(1) : all
    this.state.lateLists = Math.max(0, this.state.lateLists - 1)
    return pageOf(shown.map(asJson), url, scopes)
  }

  async #delete(repository: string, id: number, passOn: PassOn): Promise<ApiAnswer> {
    const versions = this.#versions.get(repository)
    const version = [...(versions?.values() ?? [])].find(one => one.id === id)
    if (!version) return { status: 404, body: { message: 'Package version not found.' } }
    const isTagged = (one: Version) => one.tags.length > 0
    const tagged = [...(versions?.values() ?? [])].filter(isTagged)
    if (isTagged(version) && tagged.length === 1)
      return {
        status: 400,
        body: {
          message: 'You cannot delete the last tagged version of a package. You must delete the package instead.',
        },
      }
    if (version.downloads > 5000)
      return {
        status: 400,
        body: {
          message:
            'Publicly visible package versions with more than 5000 downloads cannot be deleted. Contact GitHub support for further assistance.',
        },
      }
    versions?.delete(version.digest)
    await passOn({ method: 'DELETE', path: `/v2/${repository}/manifests/${version.digest}` })
    return { status: 204 }
  }
}

const asJson = ({ id, digest, createdAt, tags }: Version) => ({
  id,
  name: digest,
  url: `https://api.github.com/orgs/team/packages/container/app/versions/${id}`,
  created_at: createdAt.toISOString(),
  updated_at: createdAt.toISOString(),
  metadata: { package_type: 'container', container: { tags } },
})

function pageOf(all: readonly object[], url: URL, scopes: Record<string, string>): ApiAnswer {
  const page = Number(url.searchParams.get('page') ?? 1)
  const size = Math.min(Number(url.searchParams.get('per_page') ?? 30), 100)
  const last = Math.max(1, Math.ceil(all.length / size))
  const to = (number: number, rel: string) => {
    url.searchParams.set('page', String(number))
    return `<https://api.github.com${url.pathname}${url.search}>; rel="${rel}"`
  }
  const link = page < last ? { link: [to(page + 1, 'next'), to(last, 'last')].join(', ') } : {}
  return { status: 200, body: all.slice((page - 1) * size, page * size), headers: { ...scopes, ...link } }
}
