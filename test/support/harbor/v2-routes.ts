import { isDigest } from '../../../shared/domain/digest.ts'
import { type Core, type HarborAnswer, type HarborRequest, passOn, requireRight } from './core.ts'
import { HarborError } from './database.ts'

/** The registry API as Harbor's core has it. @see https://github.com/goharbor/harbor/blob/main/src/server/registry/manifest.go */
export async function answerV2(core: Core, request: HarborRequest, body: Buffer): Promise<HarborAnswer | Response> {
  const { method, path } = request
  const [, repository = '', kind, reference = ''] = /^\/v2\/(.+)\/(manifests|tags|referrers)\/([^?]+)/.exec(path) ?? []
  requireRight(core, method === 'GET' || method === 'HEAD' ? 'pull' : 'push')
  if (kind === 'manifests') return answerManifest(core, request, { repository, reference, body })
  if (kind === 'tags') return listTags(core, repository)
  if (kind === 'referrers') return listReferrers(core, repository, reference)
  return passOn(core, request, body)
}

async function answerManifest(
  core: Core,
  request: HarborRequest,
  { repository, reference, body }: { repository: string; reference: string; body: Buffer },
): Promise<HarborAnswer | Response> {
  const { database, state } = core
  const { method } = request
  if (method === 'DELETE') {
    requireRight(core, 'repository-delete')
    if (!isDigest(reference)) throw new HarborError('UNSUPPORTED', `unsupported digest ${reference}`)
    database.deleteDeeply(database.get(repository, reference))
    return { status: 202 }
  }
  if (method === 'PUT') return putManifest(core, request, { repository, reference, body })
  const artifact = database.get(repository, reference)
  const answer = await passOn(core, { ...request, path: `/v2/${repository}/manifests/${artifact.digest}` })
  if (method === 'GET' && answer.ok && state.countsPull(request)) artifact.pulledAt = state.now()
  return answer
}

async function putManifest(
  core: Core,
  request: HarborRequest,
  { repository, reference, body }: { repository: string; reference: string; body: Buffer },
): Promise<HarborAnswer | Response> {
  const { database, state } = core
  const tag = isDigest(reference) ? undefined : database.findTag(repository, reference)
  if (tag && state.isImmutable(tag.name))
    throw new HarborError('PRECONDITION', `the tag ${tag.name} configured as immutable, cannot be updated`)
  const answer = await passOn(core, request, body)
  if (answer.status !== 201) return answer
  const { config } = JSON.parse(body.toString()) as { config?: { digest: string } }
  const mediaType = String(request.headers['content-type'])
  const attributes = config ? await readConfig(core, repository, config.digest) : {}
  database.ensure(repository, reference, { bytes: body, mediaType, config: attributes })
  return answer
}

/** What Harbor takes of a config, without what a version of Harbor may leave out. */
async function readConfig(core: Core, repository: string, digest: string): Promise<object> {
  const blob = await passOn(core, { method: 'GET', path: `/v2/${repository}/blobs/${digest}` })
  const { os, architecture, created } = (await blob.json().catch(() => ({}))) as Record<string, unknown>
  return { os, architecture, created }
}

function listTags({ database }: Core, repository: string): HarborAnswer {
  if (!database.repositories.has(repository)) throw new HarborError('NOT_FOUND', `repository ${repository} not found`)
  const names = [...database.tags.values()].filter(tag => tag.repository === repository).map(tag => tag.name)
  return { status: 200, body: { name: repository, tags: names.sort() } }
}

function listReferrers({ database }: Core, repository: string, digest: string): HarborAnswer {
  const subject = database.find(repository, digest)
  const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' }
  if (!subject) return { status: 200, body: {}, headers }
  const manifests = database.accessoriesOf(subject).map(({ artifact }) => ({
    mediaType: artifact.mediaType,
    digest: artifact.digest,
    size: artifact.sizeBytes,
    artifactType: artifact.manifest.artifactType ?? artifact.manifest.config?.mediaType,
  }))
  return { status: 200, body: { schemaVersion: 2, mediaType: headers['content-type'], manifests }, headers }
}
