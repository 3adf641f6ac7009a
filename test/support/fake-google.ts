import { createPublicKey } from 'node:crypto'
import { exportPKCS8, generateKeyPair, jwtVerify } from 'jose'
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

interface Package {
  /** By digest; when each was pushed first. */
  readonly versions: Map<string, { readonly createdAt: Date; readonly children: readonly string[] }>
  readonly tags: Map<string, string>
}

/** What the test may change while it runs. */
export interface GoogleState {
  /** Of one page of versions; Google's is a thousand. */
  pageSize: number
  /** Of the repositories by name, beside those that hold images; what GET of one answers more than its name. */
  readonly repositories: Map<string, object>
  /** What the service account lacks. */
  isForbidden: boolean
  /** Asked first; what it answers is sent in the place of Google's own answer. */
  answer: (request: AskedRequest) => ApiAnswer | undefined
}

export interface FakeGoogle extends ApiBeforeRegistry {
  readonly state: GoogleState
  /** The JSON key of a service account that it knows. */
  readonly key: string
}

const email = 'cleaner@project.iam.gserviceaccount.com'
export const accessToken = 'ya29.token'

/**
 * Artifact Registry in `projects/project/locations/europe`: versions and tags of packages by its API, and the OCI API, which
 * refuses the delete of a digest that has tags, or that an index has among its children.
 *
 * @see https://github.com/googleapis/googleapis/blob/master/google/devtools/artifactregistry/v1/version.proto
 * @see https://github.com/genuinetools/reg/issues/136
 */
export async function startFakeGoogle(): Promise<FakeGoogle> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const pem = await exportPKCS8(privateKey)
  const google = new Google(pem)
  const server = await startApiBeforeRegistry((request, passOn) => google.answer(request, passOn))
  const key = JSON.stringify({ type: 'service_account', client_email: email, private_key: pem, private_key_id: 'k1' })
  return { ...server, state: google.state, key }
}

class Google {
  readonly state: GoogleState = {
    pageSize: 1_000,
    repositories: new Map(),
    isForbidden: false,
    answer: () => undefined,
  }
  readonly #packages = new Map<string, Package>()
  readonly #pem: string

  constructor(pem: string) {
    this.#pem = pem
  }

  async answer(request: AskedRequest, passOn: PassOn): Promise<Answered> {
    const scripted = this.state.answer(request)
    if (scripted) return scripted
    if (request.path.startsWith('/v1/')) return this.#answerApi(request)
    const manifest = manifestOf(request.path)
    return manifest ? this.#answerManifest(request, manifest, passOn) : passOn(request)
  }

  async #answerManifest(
    request: AskedRequest,
    { repository, reference }: { repository: string; reference: string },
    passOn: PassOn,
  ): Promise<Answered> {
    const found = this.#packages.get(repository) ?? { versions: new Map(), tags: new Map() }
    const isTag = !reference.startsWith('sha256:')
    if (request.method === 'DELETE') {
      const refused = isTag ? undefined : refusalOf(found, reference)
      if (refused) return ociRefusal(400, refused)
      if (isTag) found.tags.delete(reference)
      else found.versions.delete(reference)
      return passOn(request)
    }
    const answer = await passOn(request)
    if (request.method !== 'PUT' || answer.status !== 201) return answer
    const digest = answer.headers.get('docker-content-digest') ?? ''
    const { manifests = [] } = JSON.parse(request.body.toString()) as { manifests?: { digest: string }[] }
    const children = manifests.map(child => child.digest)
    if (!found.versions.has(digest)) found.versions.set(digest, { createdAt: new Date(), children })
    if (isTag) found.tags.set(reference, digest)
    this.#packages.set(repository, found)
    return answer
  }

  async #answerApi({ path, headers }: AskedRequest): Promise<ApiAnswer> {
    if (!(await this.#isKnown(headers.authorization ?? '')))
      return { status: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED' } } }
    if (this.state.isForbidden) return { status: 403, body: { error: { code: 403, status: 'PERMISSION_DENIED' } } }
    const url = new URL(path, 'http://any')
    const listed = this.#list(url)
    if (listed) return listed
    const pattern =
      /^\/v1\/(projects\/project\/locations\/europe\/repositories\/([^/]+)\/packages\/([^/]+))\/(versions|tags)$/
    const [, parent = '', repository, name = '', kind] = pattern.exec(url.pathname) ?? []
    const found = this.#packages.get(`project/${repository}/${decodeURIComponent(name)}`)
    if (!found) return { status: 404, body: { error: { code: 404, status: 'NOT_FOUND' } } }
    const versions = [...found.versions].map(([digest, { createdAt }]) => ({
      name: `${parent}/versions/${digest}`,
      createTime: createdAt.toISOString(),
      updateTime: createdAt.toISOString(),
    }))
    const tags = [...found.tags].map(([tag, digest]) => ({
      name: `${parent}/tags/${tag}`,
      version: `${parent}/versions/${digest}`,
    }))
    const most = kind === 'tags' ? this.state.pageSize * 10 : this.state.pageSize
    return { status: 200, body: pageOf(kind ?? '', kind === 'tags' ? tags : versions, url, most) }
  }

  /** Repositories, one of them, and its packages; undefined for what is another path. */
  #list(url: URL): ApiAnswer | undefined {
    const [, of, name, packages] =
      /^\/v1\/(projects\/project\/locations\/europe\/repositories)(?:\/([^/]+)(\/packages)?)?$/.exec(url.pathname) ?? []
    if (of === undefined) return undefined
    const pushed = [...this.#packages.keys()].map(path => path.split('/').slice(1))
    const names = [...new Set([...pushed.map(([repository = '']) => repository), ...this.state.repositories.keys()])]
    const jsonOf = (one: string) => ({ name: `${of}/${one}`, format: 'DOCKER', ...this.state.repositories.get(one) })
    const most = this.state.pageSize
    if (name === undefined) return { status: 200, body: pageOf('repositories', names.map(jsonOf), url, most) }
    if (!names.includes(name)) return { status: 404, body: { error: { code: 404, status: 'NOT_FOUND' } } }
    if (packages === undefined) return { status: 200, body: jsonOf(name) }
    const own = pushed.filter(([repository]) => repository === name).map(([, ...image]) => image.join('/'))
    const shown = own.map(one => ({ name: `${of}/${name}/packages/${encodeURIComponent(one)}` }))
    return { status: 200, body: pageOf('packages', shown, url, most) }
  }

  async #isKnown(authorization: string): Promise<boolean> {
    const token = authorization.replace('Bearer ', '')
    if (token === accessToken) return true
    const options = { issuer: email, subject: email, audience: 'https://artifactregistry.googleapis.com/' }
    const verified = await jwtVerify(token, createPublicKey(this.#pem), options).catch(() => undefined)
    const { exp = Number.NaN, iat = 0 } = verified?.payload ?? {}
    return exp - iat <= 3600
  }
}

function refusalOf({ versions, tags }: Package, digest: string): string | undefined {
  if ([...tags.values()].includes(digest)) return 'GOOGLE_MANIFEST_DANGLING_TAG'
  const isChild = [...versions.values()].some(({ children }) => children.includes(digest))
  return isChild ? 'GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE' : undefined
}

/** An empty list has no field at all, as JSON of protocol buffers is. */
function pageOf(kind: string, all: readonly object[], url: URL, most: number): object {
  const size = Math.min(Number(url.searchParams.get('pageSize') ?? 100), most)
  const from = Number(url.searchParams.get('pageToken') ?? 0)
  const entries = all.slice(from, from + size)
  const next = from + size < all.length ? { nextPageToken: String(from + size) } : {}
  return { ...(entries.length > 0 && { [kind]: entries }), ...next }
}
