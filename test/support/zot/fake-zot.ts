import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { startRegistry } from '../../../cli/embedded/registry/registry-server.ts'
import { ZotError, ZotLayout } from './layout.ts'
import { answerSearch } from './search.ts'
import type { ZotAnswer, ZotState, ZotWorld } from './world.ts'

/** A zot by its source, before a real registry that keeps blobs. */
export async function startFakeZot() {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-zot-'))
  const inner = await startRegistry({ dataDir })
  const state: ZotState = { searches: true, unknownFields: [], detectsCollisions: false, answer: () => undefined }
  const world: ZotWorld = { innerUrl: inner.url, layout: new ZotLayout(), state, requests: [] }
  const server = createServer((incoming, outgoing) => void serve(world, incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await inner.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { ...world, url: `http://${host}`, host, close }
}

async function serve(world: ZotWorld, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method = '', url: path = '', headers } = incoming
  const body = await buffer(incoming)
  if (headers['user-agent'] === 'shelflife') world.requests.push(`${method} ${path}`)
  const type = String(headers['content-type'] ?? 'application/octet-stream')
  const request = { method, path, type, body }
  const { status, headers: extra, json, bytes } = world.state.answer(request) ?? (await answerOrRefuse(world, request))
  outgoing.writeHead(status, { ...(json !== undefined && { 'content-type': 'application/json' }), ...extra })
  outgoing.end(method === 'HEAD' ? undefined : (bytes ?? (json === undefined ? '' : JSON.stringify(json))))
}

interface ZotRequest {
  readonly method: string
  readonly path: string
  readonly type: string
  readonly body: Buffer
}

async function answerOrRefuse(world: ZotWorld, request: ZotRequest): Promise<ZotAnswer> {
  try {
    return await answerOf(world, request)
  } catch (error) {
    if (!(error instanceof ZotError)) throw error
    return { status: error.status, json: { errors: [{ code: error.code, message: error.code }] } }
  }
}

async function answerOf(world: ZotWorld, request: ZotRequest): Promise<ZotAnswer> {
  const { layout, state } = world
  const { method, path, body } = request
  if (path === '/v2/_zot/ext/search')
    return state.searches ? answerSearch(world, body) : { status: 404, json: { errors: [] } }
  const [, repository = '', kind, reference = ''] = /^\/v2\/(.+?)\/(manifests|tags|referrers)\/([^?]+)/.exec(path) ?? []
  if (kind === 'tags') return listTags(layout, repository)
  if (kind === 'referrers') return listReferrers(world, request, repository)
  if (kind !== 'manifests') return passOn(world, request)
  if (method === 'PUT') return putManifest(world, request, repository, reference)
  if (method === 'DELETE') {
    layout.delete(repository, reference, state.detectsCollisions)
    return { status: 202 }
  }
  const found = layout.find(repository, reference)
  const stored = layout.manifests.get(found?.digest ?? '')
  if (found === undefined || stored === undefined) throw new ZotError(404, 'MANIFEST_UNKNOWN')
  if (method === 'GET') stored.pulledAt = new Date()
  const headers = { 'content-type': stored.mediaType, 'docker-content-digest': found.digest }
  return { status: 200, headers, bytes: stored.bytes }
}

async function passOn({ innerUrl }: ZotWorld, { method, path, type, body }: ZotRequest): Promise<ZotAnswer> {
  const init = { method, headers: { 'content-type': type }, ...(body.length > 0 && { body: Uint8Array.from(body) }) }
  const answer = await fetch(`${innerUrl}${path}`, init)
  const { location, ...headers } = Object.fromEntries(answer.headers)
  const own = location === undefined ? headers : { ...headers, location: location.replace(innerUrl, '') }
  return { status: answer.status, headers: own, bytes: Buffer.from(await answer.arrayBuffer()) }
}

async function putManifest(
  world: ZotWorld,
  request: ZotRequest,
  repository: string,
  reference: string,
): Promise<ZotAnswer> {
  const answer = await passOn(world, request)
  const digest = answer.headers?.['docker-content-digest']
  if (answer.status !== 201 || digest === undefined) return answer
  const stored = { mediaType: request.type, bytes: request.body, pushedAt: new Date() }
  world.layout.put(repository, reference, digest, stored)
  return { status: 201, headers: { 'docker-content-digest': digest } }
}

function listTags(layout: ZotLayout, repository: string): ZotAnswer {
  if (!layout.entries.has(repository)) throw new ZotError(404, 'NAME_UNKNOWN')
  const tags = layout.of(repository).flatMap(one => one.tag ?? [])
  return { status: 200, json: { name: repository, tags: tags.sort() } }
}

async function listReferrers(world: ZotWorld, request: ZotRequest, repository: string): Promise<ZotAnswer> {
  const answer = await passOn(world, request)
  if (answer.status !== 200) return answer
  const list = JSON.parse(answer.bytes?.toString() ?? '{}') as { manifests: { digest: string }[] }
  const manifests = list.manifests.filter(one => world.layout.find(repository, one.digest))
  return {
    status: 200,
    headers: { 'content-type': String(answer.headers?.['content-type']) },
    json: { ...list, manifests },
  }
}
