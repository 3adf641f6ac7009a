import type { FakeResponse, GiteaState } from './messages.ts'
import type { GiteaStore, Package, Version } from './store.ts'

/** `/api/v1/packages/`. @see https://github.com/go-gitea/gitea/blob/main/routers/api/v1/packages/package.go */
export function answerPackages(store: GiteaStore, state: GiteaState, url: URL): FakeResponse {
  const [, owner = '', rest] = /^\/api\/v1\/packages\/([^/]+)(?:\/container\/(.+?)\/?)?$/.exec(url.pathname) ?? []
  const own = [...store.packages.values()].filter(one => one.owner === decodeURIComponent(owner))
  if (rest === undefined) {
    const part = (url.searchParams.get('q') ?? '').toLowerCase()
    return pageOf(
      own.filter(one => one.name.includes(part)),
      state,
      url,
    )
  }
  const [name, version] = rest.split('/').map(decodeURIComponent)
  const found = own.find(one => one.name === name)
  const isServed = version !== undefined || state.listsOnePackage
  if (found === undefined || !isServed) return notFound
  if (version === undefined) return pageOf([found], state, url)
  const one = found.versions.get(version)
  return one ? { status: 200, json: rowOf(found, one) } : notFound
}

const notFound: FakeResponse = { status: 404, json: { message: 'package does not exist', url: 'api/swagger' } }

/** Newest first, and no more than the administrators allow. */
function pageOf(packages: readonly Package[], state: GiteaState, url: URL): FakeResponse {
  const rows = packages
    .flatMap(one => [...one.versions.values()].map(version => rowOf(one, version)))
    .sort((a, b) => b.created_at.localeCompare(a.created_at) || b.id - a.id)
  const limit = Number(url.searchParams.get('limit') ?? 30)
  const size = Math.min(limit > 0 ? limit : 30, state.maxResponseItems)
  const page = Math.max(1, Number(url.searchParams.get('page') ?? 1))
  const headers = { 'x-total-count': String(rows.length) }
  return { status: 200, headers, json: rows.slice((page - 1) * size, page * size) }
}

const rowOf = ({ owner, name }: Package, { id, version, createdAt }: Version) => ({
  id,
  owner: { login: owner },
  repository: null,
  creator: { login: 'ci' },
  type: 'container',
  name,
  version,
  html_url: `https://gitea.example/${owner}/-/packages/container/${name}/${version}`,
  // To the second.
  created_at: createdAt.toISOString().replace(/\.\d+Z$/, 'Z'),
})
