import { artifactJson } from './artifact-json.ts'
import { type Core, type HarborAnswer, type HarborRequest, requireRight } from './core.ts'
import { HarborError, type StoredArtifact } from './database.ts'

const maxPageSize = 100

/** Harbor's own API, as far as shelflife asks it. @see https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml */
export function answerHarborApi(core: Core, { method, path }: HarborRequest): HarborAnswer {
  const url = new URL(path, 'http://harbor.example.com')
  const parts = url.pathname.slice('/api/v2.0/'.length).split('/')
  const [head, project = '', third] = parts
  if (head === 'system') return gcSchedule(core)
  if (head === 'repositories') return listRepositories(core, url)
  if (head === 'projects' && third === 'summary') return projectSummary(core, project)
  if (head !== 'projects' || third !== 'repositories' || parts[4] !== 'artifacts')
    return { status: 404, body: '404 page not found' }
  // The router decodes once, and the handler again.
  const repository = `${project}/${decodeURIComponent(decodeURIComponent(parts[3] ?? ''))}`
  const [, , , , , reference, what, tag = ''] = parts
  if (method === 'GET' && reference === undefined) return listArtifacts(core, repository, url)
  if (method === 'GET' && what === undefined) return getArtifact(core, repository, decodeURIComponent(reference ?? ''))
  if (method === 'DELETE') return remove(core, repository, decodeURIComponent(reference ?? ''), what && tag)
  throw new HarborError('UNSUPPORTED', `${method} ${path}`)
}

function listRepositories(core: Core, { searchParams }: URL): HarborAnswer {
  requireRight(core, 'list')
  const size = Number(searchParams.get('page_size') ?? 10)
  const page = Number(searchParams.get('page') ?? 1)
  const all = [...core.database.repositories]
  return {
    status: 200,
    headers: { 'x-total-count': String(all.length) },
    body: all.slice((page - 1) * size, page * size).map(name => ({ name, artifact_count: 1 })),
  }
}

function getArtifact(core: Core, repository: string, reference: string): HarborAnswer {
  requireRight(core, 'read')
  return { status: 200, body: artifactJson(core.database.get(repository, reference), core.database) }
}

/** Accessories are left out after the page was cut. */
function listArtifacts(core: Core, repository: string, { searchParams, pathname }: URL): HarborAnswer {
  requireRight(core, 'list')
  const { database, state } = core
  const size = Number(searchParams.get('page_size') ?? 10)
  const page = Number(searchParams.get('page') ?? 1)
  if (size > maxPageSize)
    return { status: 422, body: { errors: [{ code: 'UNPROCESSABLE_ENTITY', message: 'page_size' }] } }
  const rows = sorted(database.inRepository(repository), searchParams.get('sort')).filter(
    one =>
      searchParams.get('q') === 'base=*' || database.tagsOf(one).length > 0 || database.parentsOf(one).length === 0,
  )
  const hidden = new Set([...database.accessories.values()].map(one => one.artifact))
  const total = state.countsHiddenRows ? rows.length : rows.filter(one => !hidden.has(one)).length
  const shown = rows.slice((page - 1) * size, page * size).filter(one => !hidden.has(one))
  const link = page * size < total && { link: `<${pathname}?page=${page + 1}&page_size=${size}>; rel="next"` }
  return {
    status: 200,
    headers: { 'x-total-count': String(total), ...link },
    body: shown.map(one => artifactJson(one, database)),
  }
}

const sorted = (artifacts: readonly StoredArtifact[], sort: string | null): StoredArtifact[] =>
  artifacts.toSorted((a, b) =>
    sort === 'id' ? a.id - b.id : b.pushedAt.getTime() - a.pushedAt.getTime() || b.id - a.id,
  )

function remove(core: Core, repository: string, reference: string, tag: string | undefined): HarborAnswer {
  const { database } = core
  if (tag === undefined) {
    requireRight(core, 'delete')
    database.deleteDeeply(database.get(repository, reference))
    return { status: 200 }
  }
  requireRight(core, 'tag-delete')
  const artifact = database.get(repository, reference)
  const found = database.tagsOf(artifact).find(one => one.name === decodeURIComponent(tag))
  if (!found) throw new HarborError('NOT_FOUND', `tag ${tag} attached to artifact ${artifact.id} not found`)
  database.deleteTag(found)
  return { status: 200 }
}

function gcSchedule(core: Core): HarborAnswer {
  requireRight(core, 'system')
  return { status: 200, body: core.state.gcSchedule }
}

function projectSummary(core: Core, project: string): HarborAnswer {
  const { database, state } = core
  const repositories = [...database.repositories].filter(one => one.startsWith(`${project}/`))
  if (repositories.length === 0) throw new HarborError('FORBIDDEN', 'forbidden')
  const summary = { repo_count: repositories.length }
  if (!state.rights.includes('quota')) return { status: 200, body: summary }
  const used = database.storedBytes(`${project}/`)
  return { status: 200, body: { ...summary, quota: { hard: { storage: state.quotaBytes }, used: { storage: used } } } }
}
