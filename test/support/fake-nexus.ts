import {
  type ApiAnswer,
  type ApiRequest,
  type Recorded,
  recordedBasic,
  startRecordedRegistry,
} from './recorded-registry.ts'

export interface NexusState {
  /** Of each image that its repositories have; Nexus itself never names the one behind a port. */
  repository: string
  /** True where the first part of a path is the name of a repository. */
  hasPaths: boolean
  readonly pageSize: number
  /** More assets, as other repositories have them. */
  readonly others: object[]
  answer: (request: ApiRequest) => ApiAnswer | undefined
}

/**
 * The search of Nexus by its source, over a real registry: assets in pages, with a token for the next.
 *
 * @see https://github.com/sonatype/nexus-public/blob/main/components/nexus-repository-services/src/main/java/org/sonatype/nexus/repository/rest/api/AssetXO.java
 */
export async function startFakeNexus() {
  const state: NexusState = {
    repository: 'docker-hosted',
    hasPaths: false,
    pageSize: 50,
    others: [],
    answer: () => undefined,
  }
  const registry = await startRecordedRegistry(
    (request, records) => state.answer(request) ?? search(state, request, records),
  )
  return { ...registry, state }
}

function search(state: NexusState, { url, authorization }: ApiRequest, records: readonly Recorded[]): ApiAnswer {
  if (url.pathname !== '/service/rest/v1/search/assets') return { status: 404, text: '<html></html>' }
  if (authorization !== recordedBasic) return { status: 403, json: {} }
  const image = url.searchParams.get('docker.imageName')
  const repository = url.searchParams.get('repository')
  const named = records.map(one => ({ one, place: placeOf(state, one) }))
  const found = named.filter(
    ({ place }) => place.name === image && (repository === null || place.repository === repository),
  )
  const all = [...found.map(({ one, place }) => assetOf(one, place)), ...state.others]
  const from = Number(url.searchParams.get('continuationToken') ?? 0)
  const next = from + state.pageSize
  const items = all.slice(from, next)
  return { status: 200, json: { items, continuationToken: next < all.length ? String(next) : null } }
}

interface Place {
  readonly repository: string
  readonly name: string
}

function placeOf({ hasPaths, repository: one }: NexusState, { repository }: Recorded): Place {
  const [first = '', ...rest] = repository.split('/')
  return hasPaths ? { repository: first, name: rest.join('/') } : { repository: one, name: repository }
}

export function assetOf(
  { reference, digest, mediaType, pushedAt, firstPushedAt, pulledAt }: Omit<Recorded, 'repository'>,
  { repository, name }: Place,
) {
  const path = `v2/${name}/manifests/${reference}`
  return {
    downloadUrl: `https://nexus.example/repository/${repository}/${path}`,
    path,
    id: Buffer.from(`${repository}:${path}`).toString('base64'),
    repository,
    format: 'docker',
    checksum: { sha1: '0'.repeat(40), sha256: digest.replace('sha256:', '') },
    contentType: mediaType,
    lastModified: pushedAt.toISOString().replace('Z', '+00:00'),
    lastDownloaded: pulledAt?.toISOString().replace('Z', '+00:00') ?? null,
    blobCreated: firstPushedAt.toISOString().replace('Z', '+00:00'),
    fileSize: 500,
  }
}
