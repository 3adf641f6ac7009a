import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json as readJson } from 'node:stream/consumers'
import { type ImageToPush, type PushedImage, pushImage } from '../../../cli/embedded/registry/push-image.ts'
import { type Registry, startRegistry } from '../../../cli/embedded/registry/registry-server.ts'
import type { EcrOptions } from '../../../shared/adapters/registry/ecr/ecr-options.ts'
import type { Digest } from '../../../shared/domain/digest.ts'
import { EcrRepository } from '../../scenarios/incidents/ecr-repository.ts'
import type { EcrAnswer, EcrCall } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import { sha256 } from '../../shared/adapters/registry/fake-registry.ts'
import { EcrBlobs } from './ecr-blobs.ts'

interface Pushed {
  readonly config?: { readonly digest: string }
  readonly layers?: readonly { readonly digest: string }[]
  readonly manifests?: readonly { readonly digest: Digest }[]
}

const blobsOf = ({ config, layers = [] }: Pushed): string[] =>
  [...(config ? [config] : []), ...layers].map(blob => blob.digest)

class Repository {
  readonly images = new EcrRepository()
  readonly blobs = new EcrBlobs()
  readonly manifests = new Map<Digest, Pushed>()
  hasImmutableTags = false

  constructor() {
    this.images.now = () => new Date()
  }

  store(text: string, mediaType: string, tag: string | undefined): Digest {
    const digest = this.images.store({ text, mediaType }, tag, new Date())
    this.manifests.set(digest, JSON.parse(text))
    return digest
  }

  put({ input }: EcrCall): EcrAnswer {
    const { imageManifest = '', imageManifestMediaType = '', imageTag, imageDigest } = input as Record<string, string>
    const digest = sha256(imageManifest)
    if (imageDigest !== undefined && imageDigest !== digest) return { error: 'ImageDigestDoesNotMatchException' }
    const manifest: Pushed = JSON.parse(imageManifest)
    if (!blobsOf(manifest).every(blob => this.blobs.get(blob))) return { error: 'LayersNotFoundException' }
    if (!(manifest.manifests ?? []).every(child => this.images.has(child.digest)))
      return { error: 'ReferencedImagesNotFoundException' }
    const isTagged = imageTag !== undefined && this.images.has(imageTag)
    const isThere = this.images.has(digest) && (imageTag === undefined || this.images.isOn(imageTag, digest))
    if (isThere) return { error: 'ImageAlreadyExistsException' }
    if (isTagged && this.hasImmutableTags) return { error: 'ImageTagAlreadyExistsException' }
    this.store(imageManifest, imageManifestMediaType, imageTag)
    return { body: { image: { imageId: { imageDigest: digest } } } }
  }

  collectGarbage(): void {
    const kept = this.images.digests().flatMap(digest => blobsOf(this.manifests.get(digest) ?? {}))
    this.blobs.keepOnly(new Set(kept))
  }
}

/** A registry of ECR with repositories, layers and pushes, reached by its API alone. */
export class FakeEcrRegistry {
  readonly calls: EcrCall[] = []
  readonly #repositories = new Map<string, Repository>()
  readonly #server: Server
  /** Pushes go here first, and are copied. */
  readonly #scratch: Registry
  readonly #dataDir: string

  private constructor(server: Server, scratch: Registry, dataDir: string) {
    this.#server = server
    this.#scratch = scratch
    this.#dataDir = dataDir
    server.on('request', (request, response) => void this.#serve(request, response))
  }

  static async start(): Promise<FakeEcrRegistry> {
    const dataDir = await mkdtemp(join(tmpdir(), 'shelflife-ecr-'))
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FakeEcrRegistry(server, await startRegistry({ dataDir }), dataDir)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await this.#scratch.close()
    await rm(this.#dataDir, { recursive: true })
  }

  get #url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get options(): EcrOptions {
    return { host: '123456789012.dkr.ecr.eu-west-1.amazonaws.com', endpoint: this.#url, timeoutMs: 20_000 }
  }

  create(path: string): void {
    this.#repositories.set(path, new Repository())
  }

  async push(image: ImageToPush): Promise<PushedImage> {
    const pushed = await pushImage(this.#scratch.url, image)
    for (const child of pushed.children) await this.#copy(image.repository, child.digest, undefined)
    await this.#copy(image.repository, pushed.digest, image.tag)
    return pushed
  }

  async #copy(path: string, digest: Digest, tag: string | undefined): Promise<void> {
    const repository = this.#repositoryOf(path)
    const from = `${this.#scratch.url}/v2/${path}`
    const manifest = await fetch(`${from}/manifests/${digest}`, { headers: { accept: '*/*' } })
    const text = await manifest.text()
    for (const blob of blobsOf(JSON.parse(text)))
      repository.blobs.put(Buffer.from(await (await fetch(`${from}/blobs/${blob}`)).arrayBuffer()))
    repository.store(text, manifest.headers.get('content-type') ?? '', tag)
  }

  pull(path: string, tag: string): void {
    this.#repositoryOf(path).images.pullTag(tag, new Date())
  }

  /** A tag then stays where it is; a delete may take it all the same. */
  makeTagsImmutable(path: string): void {
    this.#repositoryOf(path).hasImmutableTags = true
  }

  collectGarbage(): void {
    for (const repository of this.#repositories.values()) repository.collectGarbage()
  }

  #repositoryOf(path: string): Repository {
    const found = this.#repositories.get(path)
    if (!found) throw new Error(`expected the repository ${path} to be made first`)
    return found
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') return this.#serveBlob(request, response)
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const call: EcrCall = { operation, principal: 'shelflife', input: (await readJson(request)) as EcrCall['input'] }
    this.calls.push(call)
    const { error, body } = this.#answer(call)
    const type = { 'content-type': 'application/x-amz-json-1.1', ...(error && { 'x-amzn-errortype': error }) }
    response.writeHead(error ? 400 : 200, type).end(JSON.stringify(error ? { __type: error } : body))
  }

  #serveBlob({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const [, path = '', digest = ''] = /^\/(.+)\/(sha256:[0-9a-f]{64})$/.exec(url) ?? []
    const bytes = this.#repositories.get(path)?.blobs.get(digest)
    response.writeHead(bytes ? 200 : 404).end(bytes)
  }

  #describeRepositories({ input }: EcrCall): EcrAnswer {
    const all = [...this.#repositories.keys()].sort()
    const from = Number(input.nextToken ?? 0)
    const to = from + Number(input.maxResults ?? 100)
    const repositories = all.slice(from, to).map(repositoryName => ({ repositoryName }))
    return { body: { repositories, ...(to < all.length && { nextToken: String(to) }) } }
  }

  #answer(call: EcrCall): EcrAnswer {
    if (call.operation === 'DescribeRepositories') return this.#describeRepositories(call)
    const path = String(call.input.repositoryName)
    const repository = this.#repositories.get(path)
    if (!repository) return { error: 'RepositoryNotFoundException' }
    if (call.operation === 'PutImage') return repository.put(call)
    return repository.blobs.answer(call, digest => `${this.#url}/${path}/${digest}`) ?? repository.images.answer(call)
  }
}
