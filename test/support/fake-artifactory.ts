import {
  type ApiAnswer,
  type ApiRequest,
  type Recorded,
  recordedBasic,
  startRecordedRegistry,
} from './recorded-registry.ts'

export interface ArtifactoryState {
  /** Of a host whose name or port stands for a repository; absent where the first part of a path is its key. */
  key: string | undefined
  /** The local repository behind a virtual one. */
  localOf: (key: string) => string
  readonly others: object[]
  answer: (request: ApiRequest) => ApiAnswer | undefined
}

/**
 * The queries of Artifactory by its documents, over a real registry: a folder for each tag, and one for each digest that
 * was pushed by itself.
 *
 * @see https://jfrog.com/help/r/jfrog-rest-apis/artifactory-query-language
 */
export async function startFakeArtifactory() {
  const state: ArtifactoryState = { key: undefined, localOf: key => key, others: [], answer: () => undefined }
  const registry = await startRecordedRegistry(
    (request, records) => state.answer(request) ?? query(state, request, records),
  )
  return { ...registry, state }
}

function query(state: ArtifactoryState, request: ApiRequest, records: readonly Recorded[]): ApiAnswer {
  const { method, url, authorization, body } = request
  if (method !== 'POST' || url.pathname !== '/artifactory/api/search/aql') return { status: 404, json: { errors: [] } }
  if (![recordedBasic, 'Bearer a-token'].includes(authorization)) return { status: 401, json: { errors: [] } }
  const [, where = '', fields = ''] = /^items\.find\((\{.*\})\)\.include\((.*)\)$/.exec(body) ?? []
  // Who is no administrator must ask for these.
  if (!fields.startsWith('"repo","path","name"')) return { status: 400, json: { errors: [] } }
  const { $or } = JSON.parse(where) as { $or: { path: { $match: string } }[] }
  const prefixes = $or.map(one => one.path.$match.replace(/\*$/, ''))
  const items = records.map(one => itemOf(state, one)).filter(one => prefixes.some(start => one.path.startsWith(start)))
  const results = [...items, ...state.others]
  return { status: 200, json: { results, range: { start_pos: 0, end_pos: results.length, total: results.length } } }
}

export function itemOf({ key, localOf }: Pick<ArtifactoryState, 'key' | 'localOf'>, one: Recorded) {
  const [first = '', ...rest] = one.repository.split('/')
  const name = key === undefined ? rest.join('/') : one.repository
  return {
    repo: localOf(key ?? first),
    path: `${name}/${one.reference}`,
    name: /index|list/.test(one.mediaType) ? 'list.manifest.json' : 'manifest.json',
    sha256: one.digest.replace('sha256:', ''),
    created: one.firstPushedAt.toISOString(),
    modified: one.pushedAt.toISOString(),
    stats: one.pulledAt ? [{ downloaded: one.pulledAt.toISOString() }] : [],
  }
}
