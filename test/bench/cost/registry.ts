import { createHash } from 'node:crypto'
import { largePath, placeIn, placeOfTag, tagAt, type World } from './world.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const pageSize = 1000
const layersEach = 12

export interface RegistryAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: string
}

/**
 * A registry whose repositories all hold the same: each tag an image of its own, in the large repository as many tags on an
 * image as the world says. It lists names alone, as distribution does. Names and manifests are made as they are asked for.
 */
export class Registry {
  readonly #world: () => World
  /** Digests by the places of images, these places by them, and by the digests of configs. */
  readonly #digests = new Map<number, string>()
  readonly #images = new Map<string, number>()
  readonly #configs = new Map<string, number>()
  readonly #pushed = new Map<string, number>()
  readonly #gone = new Set<string>()

  constructor(world: () => World) {
    this.#world = world
  }

  /** The digest of the image by its place: equal in every repository. */
  digestAt(place: number): string {
    const known = this.#digests.get(place)
    if (known !== undefined) return known
    const digest = digestOfImage(place)
    this.#digests.set(place, digest)
    this.#images.set(digest, place)
    this.#configs.set(digestOf(configAt(place)), place)
    return digest
  }

  /** Puts a tag on another image. */
  push(path: string, tag: string, image: number): void {
    this.#pushed.set(`${path}:${tag}`, image)
  }

  answer(method: string, path: string, query: URLSearchParams): RegistryAnswer {
    if (path === '/v2/') return { status: 200, body: '{}' }
    const [, repository = '', kind = '', reference = ''] =
      /^\/v2\/(.+)\/(tags|manifests|blobs|referrers)\/([^/]+)$/.exec(path) ?? []
    if (kind === 'tags') return this.#list(repository, query)
    if (kind === 'manifests') return this.#manifest(method, repository, reference)
    const config = kind === 'blobs' ? this.#configs.get(reference) : undefined
    return config === undefined ? absent : { status: 200, body: configAt(config) }
  }

  #list(repository: string, query: URLSearchParams): RegistryAnswer {
    const { count } = this.#sizeOf(repository)
    const last = query.get('last')
    const names: string[] = []
    let place = last === null ? 0 : (placeOfTag(last) ?? 0) + 1
    for (; place < count && names.length < pageSize; place++)
      if (!this.#gone.has(`${repository}:${tagAt(place)}`)) names.push(tagAt(place))
    const url = `/v2/${repository}/tags/list`
    const headers = {
      'content-type': 'application/json',
      ...(place < count && { link: `<${url}?n=${pageSize}&last=${names.at(-1)}>; rel="next"` }),
    }
    return { status: 200, headers, body: JSON.stringify({ name: repository, tags: names }) }
  }

  #manifest(method: string, repository: string, reference: string): RegistryAnswer {
    const image = this.#imageOf(repository, reference)
    if (image === undefined || this.#gone.has(`${repository}@${this.digestAt(image)}`)) return absent
    const digest = this.digestAt(image)
    if (method === 'DELETE') {
      this.#gone.add(reference.startsWith('sha256:') ? `${repository}@${digest}` : `${repository}:${reference}`)
      return { status: 202 }
    }
    const body = manifestAt(image)
    const headers = { 'content-type': manifestType, 'docker-content-digest': digest, 'content-length': body.length }
    return { status: 200, headers, ...(method !== 'HEAD' && { body }) }
  }

  #imageOf(repository: string, reference: string): number | undefined {
    if (reference.startsWith('sha256:')) return this.#images.get(reference)
    const name = `${repository}:${reference}`
    const place = placeOfTag(reference)
    const { count, images } = this.#sizeOf(repository)
    if (this.#gone.has(name)) return undefined
    const own = place === undefined || place >= count ? undefined : place % images
    return this.#pushed.get(name) ?? own
  }

  #sizeOf(repository: string): { readonly count: number; readonly images: number } {
    const { large, tagsEach } = this.#world()
    if (repository === largePath && large) return { count: large.tags, images: large.images }
    return placeIn(repository) === undefined ? { count: 0, images: 1 } : { count: tagsEach, images: tagsEach }
  }
}

const absent: RegistryAnswer = {
  status: 404,
  headers: { 'content-type': 'application/json' },
  body: '{"errors":[{"code":"MANIFEST_UNKNOWN","message":""}]}',
}

/** The digest of the image by its place: equal in every registry. */
export const digestOfImage = (place: number): string => digestOf(manifestAt(place))

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** A minute apart, the first the oldest. */
function configAt(place: number): string {
  const created = new Date(Date.UTC(2025, 0, 1) + place * 60_000).toISOString()
  return JSON.stringify({ created, os: 'linux', architecture: 'amd64', place })
}

function manifestAt(place: number): string {
  const config = configAt(place)
  const layers = Array.from({ length: layersEach }, (_, at) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: digestOf(`layer ${at < layersEach / 2 ? 0 : place} ${at}`),
    size: 1_000_000 + at,
  }))
  const described = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config) }
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { ...described, size: config.length },
    layers,
  })
}
