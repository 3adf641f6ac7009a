import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Digest } from '../../shared/domain/digest.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const pageSize = 1000

export interface LargeRegistryOptions {
  readonly tags: number
  /** Distinct images, to which the tags point in turn. */
  readonly images: number
}

/** A request without its path, as counts go by: `list`, `head`, `manifest`, `blob`, `referrers`, `delete`. */
export type Counted = 'list' | 'look' | 'manifest' | 'blob' | 'referrers' | 'delete' | 'other'

/** The name of a tag by its place; names sort as their places do. */
export const tagAt = (place: number): string => `build-${String(place).padStart(7, '0')}`

/**
 * A registry on loopback with one repository of as many tags as are asked for, none of which is kept anywhere: names and
 * what they point at are computed. It lists names alone, and can delete.
 */
export async function startLargeRegistry({ tags, images }: LargeRegistryOptions) {
  const counts = new Map<Counted, number>()
  const gone = new Set<string>()
  const moved = new Map<string, Digest>()
  const configs = new Map<string, Buffer>()
  const manifests = new Map<string, Buffer>()
  const digests = Array.from({ length: images }, (_, at) => addImage(at))
  let listed = tags
  let failing: number | undefined
  let before: ((kind: Counted) => void) | undefined

  function addImage(at: number): Digest {
    // A day apart, the first the oldest.
    const created = new Date(Date.UTC(2020, 0, 1) + at * 1000).toISOString()
    const config = Buffer.from(JSON.stringify({ created, os: 'linux', architecture: 'amd64', at }))
    configs.set(digestOf(config), config)
    const layer = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: digestOf(`layer ${at}`),
      size: 1000,
    }
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        config: {
          mediaType: 'application/vnd.oci.image.config.v1+json',
          digest: digestOf(config),
          size: config.length,
        },
        layers: [layer],
      }),
    )
    manifests.set(digestOf(manifest), manifest)
    return digestOf(manifest)
  }

  function pointsAt(tag: string): Digest | undefined {
    if (gone.has(tag)) return undefined
    const place = /^build-([0-9]{7})$/.exec(tag)?.[1]
    const own = place === undefined || Number(place) >= tags ? undefined : digests[Number(place) % images]
    const digest = moved.get(tag) ?? own
    return digest !== undefined && manifests.has(digest) ? digest : undefined
  }

  function listPage(after: string): { readonly names: string[]; readonly isLast: boolean } {
    const names: string[] = []
    let place = after === '' ? 0 : Number(after.slice('build-'.length)) + 1
    for (; place < listed && names.length < pageSize; place++) if (pointsAt(tagAt(place))) names.push(tagAt(place))
    return { names, isLast: place >= listed }
  }

  function answerList(url: URL, response: ServerResponse): void {
    const { names, isLast } = listPage(url.searchParams.get('last') ?? '')
    const link = isLast ? {} : { link: `<${url.pathname}?n=${pageSize}&last=${names.at(-1)}>; rel="next"` }
    response
      .writeHead(200, { 'content-type': 'application/json', ...link })
      .end(JSON.stringify({ name: 'x', tags: names }))
  }

  function answerManifest(method: string, reference: string, response: ServerResponse): void {
    const digest = reference.startsWith('sha256:') ? reference : pointsAt(reference)
    const bytes = digest === undefined ? undefined : manifests.get(digest)
    if (digest === undefined || bytes === undefined) {
      absent(response)
      return
    }
    if (method === 'DELETE') {
      if (reference.startsWith('sha256:')) manifests.delete(digest)
      else gone.add(reference)
      response.writeHead(202).end()
      return
    }
    const head = { 'content-type': manifestType, 'docker-content-digest': digest, 'content-length': bytes.length }
    response.writeHead(200, head).end(method === 'HEAD' ? undefined : bytes)
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://loopback')
    const { method = 'GET' } = request
    const [kind, reference = ''] = url.pathname.split('/').slice(-2)
    const counted = countedOf(method, url.pathname, kind)
    counts.set(counted, (counts.get(counted) ?? 0) + 1)
    before?.(counted)
    const config = kind === 'blobs' ? configs.get(reference) : undefined
    if (failing !== undefined) response.writeHead(failing).end()
    else if (counted === 'list') answerList(url, response)
    else if (kind === 'manifests') answerManifest(method, reference, response)
    else if (config) response.writeHead(200).end(config)
    else absent(response)
  }

  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return {
    host,
    url: `http://${host}`,
    counts,
    count: (kind: Counted): number => counts.get(kind) ?? 0,
    digestAt: (place: number): Digest => digests[place % images] as Digest,
    pointsAt,
    /** From now on it lists the first ones alone. */
    listOnly: (names: number) => {
      listed = names
    },
    /** From now on all is answered so; undefined: as it should be. */
    fail: (status: number | undefined) => {
      failing = status
    },
    removeImage: (place: number) => void manifests.delete(digests[place % images] ?? ''),
    remove: (place: number) => void gone.add(tagAt(place)),
    move: (place: number, to: number) => void moved.set(tagAt(place), digests[to] as Digest),
    /** Each time before an answer. */
    before: (happen: typeof before) => {
      before = happen
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const digestOf = (bytes: Buffer | string): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

function countedOf(method: string, path: string, kind: string | undefined): Counted {
  if (path.endsWith('/tags/list')) return 'list'
  if (method === 'DELETE') return 'delete'
  if (method === 'HEAD' || /\/manifests\/build-[0-9]{7}$/.test(path)) return 'look'
  if (kind === 'manifests') return 'manifest'
  if (kind === 'blobs') return 'blob'
  return kind === 'referrers' ? 'referrers' : 'other'
}

const absent = (response: ServerResponse): void => {
  response
    .writeHead(404, { 'content-type': 'application/json' })
    .end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":""}]}')
}
