import { randomUUID } from 'node:crypto'
import type { FakeRequest, FakeResponse } from './messages.ts'
import { GiteaError, type GiteaStore, type Version } from './store.ts'

const uploads = new Map<string, Buffer>()

/** The registry API. @see https://github.com/go-gitea/gitea/blob/main/routers/api/packages/container/container.go */
export function answerV2(store: GiteaStore, { method, url, headers, body }: FakeRequest): FakeResponse {
  if (/^\/v2\/?$/.test(url.pathname)) return { status: 200, json: {} }
  if (url.pathname === '/v2/_catalog') return listRepositories(store, url.searchParams)
  const [, repository = '', kind, reference = ''] =
    /^\/v2\/(.+?)\/(manifests|tags|blobs)\/(.*)$/.exec(url.pathname) ?? []
  if (kind === 'tags') return listTags(store, repository, url.searchParams)
  if (kind === 'blobs') return answerBlob(store, { method, url, body }, repository, reference)
  // The referrers API is not there.
  if (kind !== 'manifests') return { status: 404, text: 'Not found.\n' }
  if (method === 'PUT') {
    const mediaType = String(headers['content-type'])
    const { digest } = store.putManifest(repository, { reference, mediaType, bytes: body })
    return { status: 201, headers: { 'docker-content-digest': digest } }
  }
  if (method === 'DELETE') {
    store.delete(repository, reference)
    return { status: 202 }
  }
  return answerManifest(store.findManifest(repository, reference))
}

/** At most a hundred at once, with a link where there are as many. */
function listRepositories(store: GiteaStore, query: URLSearchParams): FakeResponse {
  const n = Math.min(Number(query.get('n')) || 100, 100)
  const held = [...store.packages].filter(([, one]) => one.versions.size > 0).map(([path]) => path)
  const repositories = held
    .filter(path => path > (query.get('last') ?? ''))
    .sort()
    .slice(0, n)
  const last = repositories.at(-1) ?? ''
  const headers = repositories.length === n ? { link: `</v2/_catalog?n=${n}&last=${last}>; rel="next"` } : {}
  return { status: 200, headers, json: { repositories } }
}

function answerManifest(found: Version | undefined): FakeResponse {
  if (found === undefined) throw new GiteaError(404, 'MANIFEST_UNKNOWN')
  const headers = { 'content-type': found.mediaType, 'docker-content-digest': found.digest }
  return { status: 200, headers, bytes: found.bytes }
}

/** Each page with something on it has a link to the next. */
function listTags(store: GiteaStore, repository: string, query: URLSearchParams): FakeResponse {
  const found = store.packages.get(repository)
  if (found === undefined) throw new GiteaError(404, 'NAME_UNKNOWN')
  const n = query.has('n') ? Number(query.get('n')) : Number.POSITIVE_INFINITY
  const last = query.get('last') ?? ''
  const names = [...found.versions.keys()].filter(name => !name.includes(':') && name > last)
  const tags = names.sort().slice(0, n)
  const next = new URLSearchParams({ ...(query.has('n') && { n: String(n) }), last: tags.at(-1) ?? '' })
  const headers = tags.length > 0 ? { link: `</v2/${repository}/tags/list?${next}>; rel="next"` } : {}
  return { status: 200, headers, json: { name: repository, tags } }
}

function answerBlob(
  store: GiteaStore,
  { method, url, body }: Pick<FakeRequest, 'method' | 'url' | 'body'>,
  repository: string,
  reference: string,
): FakeResponse {
  if (reference.startsWith('uploads')) return upload(store, { method, url, body }, repository, reference)
  if (!store.hasBlob(repository, reference)) throw new GiteaError(404, 'BLOB_UNKNOWN')
  const bytes = store.contents.get(reference) ?? Buffer.alloc(0)
  return { status: 200, headers: { 'docker-content-digest': reference }, bytes }
}

function upload(
  store: GiteaStore,
  { method, url, body }: Pick<FakeRequest, 'method' | 'url' | 'body'>,
  repository: string,
  reference: string,
): FakeResponse {
  const digest = url.searchParams.get('digest')
  const id = method === 'POST' ? randomUUID() : (reference.split('/')[1] ?? '')
  const bytes = Buffer.concat([uploads.get(id) ?? Buffer.alloc(0), body])
  if (digest) {
    store.putBlob(repository, digest, bytes)
    return { status: 201, headers: { 'docker-content-digest': digest } }
  }
  uploads.set(id, bytes)
  const headers = { location: `/v2/${repository}/blobs/uploads/${id}`, range: `0-${Math.max(0, bytes.length - 1)}` }
  return { status: 202, headers }
}
