import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { ociManifest } from '../../../../shared/adapters/registry/media-types.ts'
import { createOciWriter } from '../../../../shared/adapters/registry/oci/oci-writer.ts'
import { json, refusal, sha256, startFakeRegistry } from './fake-registry.ts'

export const original = Buffer.from(
  JSON.stringify({ schemaVersion: 2, config: { digest: sha256('config'), size: 1 }, layers: [] }),
)
export const digest = sha256(original)
export const repository = 'library/team/app'

export interface State {
  tag: string | undefined
  readonly manifests: Map<string, Buffer>
}

export type FirstWord = (request: { method: string; reference: string }, response: ServerResponse) => boolean

/** A registry that keeps manifests and the one tag `v1`, and gives the test the first word on every request. */
export function registryWith(first: FirstWord): { state: State; script: RequestListener } {
  const state: State = { tag: digest, manifests: new Map([[digest, original]]) }
  const script: RequestListener = (request, response) => {
    const { method = '', url = '' } = request
    const reference = /\/manifests\/([^?]+)/.exec(url)?.[1]
    if (first({ method, reference: reference ?? url }, response)) return
    // Of blobs it has every one.
    if (reference === undefined) response.writeHead(method === 'HEAD' ? 200 : 404).end()
    else if (method === 'PUT') void put(state, reference, request, response)
    else answerStored(state, method, reference, response)
  }
  return { state, script }
}

function answerStored(state: State, method: string, reference: string, response: ServerResponse): void {
  const found = reference === 'v1' ? (state.tag ?? '') : reference
  const bytes = state.manifests.get(found)
  if (bytes === undefined) return void json(response, 404, refusal('MANIFEST_UNKNOWN'))
  if (method !== 'DELETE') {
    response.writeHead(200, { 'content-type': ociManifest, 'docker-content-digest': found })
    return void response.end(method === 'HEAD' ? undefined : bytes)
  }
  state.manifests.delete(found)
  if (state.tag === found) state.tag = undefined
  response.writeHead(202).end()
}

async function put(state: State, reference: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await buffer(request)
  state.manifests.set(sha256(bytes), bytes)
  if (!reference.startsWith('sha256:')) state.tag = sha256(bytes)
  response.writeHead(201, { 'docker-content-digest': sha256(bytes) }).end()
}

/** Of any tag. */
export const isTagDelete = (request: { method: string; reference: string }): boolean =>
  request.method === 'DELETE' && !request.reference.startsWith('sha256:')

export async function writerOf(script: RequestListener) {
  const credential = { username: 'sweeper', password: 'hush' }
  const registry = await startFakeRegistry(script, { credential })
  return { registry, writer: createOciWriter(registry.options) }
}
