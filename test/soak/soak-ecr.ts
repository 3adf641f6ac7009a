import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { type Registry, startRegistry } from '../../cli/embedded/registry/registry-server.ts'
import { createEcrWriter } from '../../shared/adapters/registry/ecr/ecr-writer.ts'
import { type Digest, isDigest } from '../../shared/domain/digest.ts'
import { EcrRepository } from '../scenarios/incidents/ecr-repository.ts'
import type { EcrAnswer, EcrCall } from '../shared/adapters/registry/ecr/fake-ecr.ts'
import { type Guard, personHeaders, type SoakRegistry } from './soak-registry.ts'
import type { VirtualClock } from './virtual-clock.ts'

const ecrHost = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'

interface Input {
  readonly repositoryName: string
  readonly imageIds?: readonly { imageTag?: string; imageDigest?: Digest }[]
  readonly imageTag?: string
  readonly imageDigest?: Digest
  readonly imageManifest: string
  readonly imageManifestMediaType: string
  readonly layerDigest?: Digest
  readonly layerDigests?: readonly Digest[]
}

/**
 * ECR as the product sees it, by its own API alone. People push to a plain registry, which has the bytes of all that is in
 * ECR, and no more.
 */
export async function startSoakEcr(clock: VirtualClock, guard: Guard): Promise<SoakRegistry> {
  // The client signs with them, and nobody looks.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_MAX_ATTEMPTS: '1' })
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-soak-'))
  const repositories = new Map<string, EcrRepository>()
  const repositoryOf = (path: string): EcrRepository => {
    const found = repositories.get(path) ?? Object.assign(new EcrRepository(), { now: clock.now })
    repositories.set(path, found)
    return found
  }
  const registry = await startRegistry({ dataDir, intercept: request => notePush(repositoryOf, request, clock.now()) })
  const api = new EcrApi(registry, repositoryOf, guard)
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const { status, error, body } = await api.answer(operation, (await json(request)) as Input)
    const headers = { 'content-type': 'application/x-amz-json-1.1', ...(error && { 'x-amzn-errortype': error }) }
    response.writeHead(status ?? (error ? 400 : 200), headers)
    response.end(JSON.stringify(error ? { __type: error, message: 'refused' } : (body ?? {})))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const remove = async (path: string, imageId: { imageTag?: string; imageDigest?: Digest }) => {
    const { body } = await api.delete(path, imageId)
    const { failures } = body as { failures: readonly object[] }
    if (failures.length > 0) throw new Error(`delete in ${path}: expected success, got ${JSON.stringify(failures)}`)
  }
  return {
    kind: 'ecr',
    url: registry.url,
    host: ecrHost,
    facts: { untagged: 'stays' },
    tellsPushes: true,
    lastTagTakesImage: true,
    // ECR knows the registry by the account in its host; what the product calls it is the product's own business.
    writerOf: () => createEcrWriter({ host: ecrHost, endpoint, timeoutMs: 20_000 }),
    takesAlong: (path, digest) => (repositoryOf(path).goesBy({ imageDigest: digest }) === undefined ? undefined : []),
    deleteDigest: (path, imageDigest) => remove(path, { imageDigest }),
    deleteTag: (path, imageTag) => remove(path, { imageTag }),
    collectGarbage: () => registry.collectGarbage(),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await registry.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** ECR knows at once what was pushed. */
async function notePush(repositoryOf: (path: string) => EcrRepository, request: Request, at: Date): Promise<undefined> {
  const [, path, reference = ''] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(new URL(request.url).pathname) ?? []
  if (path === undefined || request.method !== 'PUT') return
  const text = await request.clone().text()
  const mediaType = request.headers.get('content-type') ?? ''
  repositoryOf(path).store({ text, mediaType }, isDigest(reference) ? undefined : reference, at)
}

class EcrApi {
  readonly #registry: Registry
  readonly #repositoryOf: (path: string) => EcrRepository
  readonly #guard: Guard
  constructor(registry: Registry, repositoryOf: (path: string) => EcrRepository, guard: Guard) {
    this.#registry = registry
    this.#repositoryOf = repositoryOf
    this.#guard = guard
  }

  async answer(operation: string, input: Input): Promise<EcrAnswer> {
    const { repositoryName: path } = input
    const [imageId] = operation === 'BatchDeleteImage' ? (input.imageIds ?? []) : []
    const goes = imageId && this.#repositoryOf(path).goesBy(imageId)
    const refused = await this.#guard(
      goes === undefined
        ? new Request(this.#registry.url)
        : new Request(`${this.#registry.url}/v2/${path}/manifests/${goes}`, { method: 'DELETE' }),
    )
    if (refused) return { status: refused.status, error: 'ServerException' }
    if (imageId) return this.delete(path, imageId)
    if (operation === 'PutImage') return this.#put(path, input)
    if (operation === 'BatchCheckLayerAvailability') return this.#checkLayers(path, input)
    if (operation === 'GetDownloadUrlForLayer') return this.#locateLayer(path, input)
    return this.#repositoryOf(path).answer({ operation, principal: 'product', input: { ...input } } satisfies EcrCall)
  }

  /** In ECR, and then in the registry that has its bytes. */
  async delete(path: string, imageId: { imageTag?: string; imageDigest?: Digest }): Promise<EcrAnswer> {
    const repository = this.#repositoryOf(path)
    const goes = repository.goesBy(imageId)
    const input = { repositoryName: path, imageIds: [imageId] }
    const answer = repository.answer({ operation: 'BatchDeleteImage', principal: 'product', input })
    if (goes !== undefined) await this.#send('DELETE', `${path}/manifests/${goes}`)
    return answer
  }

  async #put(
    path: string,
    { imageTag, imageDigest, imageManifest, imageManifestMediaType }: Input,
  ): Promise<EcrAnswer> {
    const reference = imageTag ?? imageDigest ?? ''
    const headers = { 'content-type': imageManifestMediaType }
    const { status } = await this.#send('PUT', `${path}/manifests/${reference}`, { headers, body: imageManifest })
    return status === 201 ? { body: {} } : { error: 'LayersNotFoundException' }
  }

  async #checkLayers(path: string, { layerDigests = [] }: Input): Promise<EcrAnswer> {
    const layers = layerDigests.map(async layerDigest => ({
      layerDigest,
      layerAvailability: (await this.#hasBlob(path, layerDigest)) ? 'AVAILABLE' : 'UNAVAILABLE',
    }))
    return { body: { layers: await Promise.all(layers) } }
  }

  async #locateLayer(path: string, { layerDigest }: Input): Promise<EcrAnswer> {
    if (layerDigest === undefined || !(await this.#hasBlob(path, layerDigest)))
      return { error: 'LayersNotFoundException' }
    return { body: { layerDigest, downloadUrl: `${this.#registry.url}/v2/${path}/blobs/${layerDigest}` } }
  }

  async #hasBlob(path: string, digest: Digest): Promise<boolean> {
    return (await this.#send('HEAD', `${path}/blobs/${digest}`)).status === 200
  }

  async #send(method: string, place: string, { headers = {}, body }: { headers?: object; body?: string } = {}) {
    const response = await fetch(`${this.#registry.url}/v2/${place}`, {
      method,
      headers: { ...personHeaders, ...headers },
      ...(body !== undefined && { body }),
    })
    await response.body?.cancel()
    return response
  }
}
