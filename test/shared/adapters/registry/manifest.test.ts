import { describe, expect, it } from 'vitest'
import { parseManifest } from '../../../../shared/adapters/registry/manifest.ts'
import { dockerList, dockerManifest, ociIndex, ociManifest } from '../../../../shared/adapters/registry/media-types.ts'
import { createOciReader } from '../../../../shared/adapters/registry/oci/oci-registry.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { json, refusal, sha256, someDigest, startFakeRegistry } from './fake-registry.ts'

const blob = (letter: string, size: unknown = 10) => ({ mediaType: 'x/y', digest: `sha256:${letter.repeat(64)}`, size })
const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const image = { schemaVersion: 2, config: blob('c'), layers: [blob('a'), blob('b')] }
const index = { schemaVersion: 2, manifests: [blob('a'), blob('b')] }
const parse = (value: unknown, mediaType = ociManifest) => parseManifest(bytesOf(value), mediaType, 'manifest')

describe('a manifest', () => {
  it('counts a blob that it names twice once', () => {
    const manifest = parse({ ...image, layers: [blob('a'), blob('a'), blob('b')] })

    expect(manifest.blobs?.map(({ digest }) => digest[7])).toEqual(['c', 'a', 'b'])
    expect(manifest.sizeBytes).toBe(30)
  })

  it.each([
    ['B15 both manifests and layers, as an image', { ...image, manifests: [] }, ociManifest],
    ['B15 both manifests and layers, as an index', { ...index, layers: [] }, ociIndex],
    ['B15 an index sent as an image', index, ociManifest],
    ['B15 an image sent as an index', image, dockerList],
    ['B15 another type inside than outside', { ...image, mediaType: dockerManifest }, ociManifest],
    ['B15 schema 1', { ...image, schemaVersion: 1 }, ociManifest],
    ['B15 the type of schema 1', image, 'application/vnd.docker.distribution.manifest.v1+prettyjws'],
    ['B15 no type', image, ''],
    ['B10 a sha512 child', { ...index, manifests: [{ ...blob('a'), digest: `sha512:${'a'.repeat(128)}` }] }, ociIndex],
    ['B10 a sha512 subject', { ...image, subject: { ...blob('a'), digest: `sha512:${'a'.repeat(128)}` } }, ociManifest],
    ['B16 a child without a digest', { ...index, manifests: [{ size: 1 }] }, ociIndex],
    ['a negative size', { ...image, layers: [blob('a', -1)] }, ociManifest],
    ['a size beyond exact numbers', { ...image, layers: [blob('a', 1e21)] }, ociManifest],
    ['a size that is text', { ...image, layers: [blob('a', '10')] }, ociManifest],
    [
      'sizes that are too large together',
      { ...image, layers: [blob('a', 2 ** 53 - 1), blob('b', 2 ** 53 - 1)] },
      ociManifest,
    ],
    ['null', null, ociManifest],
  ])('is refused: %s', (_name, value, mediaType) => {
    expect(() => parse(value, mediaType)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }))
  })

  it('B3 is refused when it is nested without end', () => {
    const deep = Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))

    expect(() => parseManifest(deep, ociManifest, 'manifest')).toThrow(
      expect.objectContaining({ name: 'InvalidInputError' }),
    )
  })

  it('B2 is refused when it is not UTF-8', () => {
    const bytes = Buffer.concat([bytesOf(image), Buffer.from([0xff, 0xfe])])

    expect(() => parseManifest(bytes, ociManifest, 'manifest')).toThrow(/expected JSON/)
  })

  it('B16 of ten thousand children is read, each once', () => {
    const manifests = Array.from({ length: 10_000 }, (_, at) => ({ digest: sha256(String(at)), size: 1 }))

    const manifest = parse({ ...index, manifests: [...manifests, ...manifests] }, ociIndex)

    expect(manifest.children).toHaveLength(10_000)
    expect(manifest.sizeBytes).toBe(10_000)
  })

  it('B16 that is an index of indexes gives these as children', () => {
    const nested = { digest: someDigest, size: 5, mediaType: ociIndex }

    expect(parse({ ...index, manifests: [nested] }, ociIndex).children).toEqual([someDigest])
  })
})

describe('a manifest from a registry', () => {
  const bytes = bytesOf(image)
  const findIn = async (answer: { body?: Buffer; status?: number; headers?: Record<string, string> }) => {
    const headers = { 'content-type': ociManifest, ...answer.headers }
    const registry = await startFakeRegistry((_request, response) =>
      response.writeHead(answer.status ?? 200, headers).end(answer.body ?? bytes),
    )
    return { registry, found: createOciReader(registry.options).findManifest('team/app', sha256(bytes)) }
  }

  it('is asked for with all types', async () => {
    const { registry, found } = await findIn({})

    await found

    for (const type of [ociIndex, ociManifest, dockerList, dockerManifest])
      expect(registry.requests[0]?.headers.accept).toContain(type)
  })

  it('is read whatever parameters its type has', async () => {
    const { found } = await findIn({ headers: { 'content-type': `${ociManifest}; charset=utf-8` } })

    expect(await found).toMatchObject({ mediaType: ociManifest })
  })

  it('is none on a 404', async () => {
    const { found } = await findIn({ status: 404, body: Buffer.from('{}') })

    expect(await found).toBeUndefined()
  })

  it.each([
    ['B17 its bytes hash to another digest', { body: bytesOf({ ...image, artifactType: 'other' }) }],
    ['B14 it is 4 MiB and one byte', { body: Buffer.alloc(4 * 1024 * 1024 + 1, ' ') }],
    ['it is not found by a proxy', { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' } }],
    ['B30 it is a web page', { headers: { 'content-type': 'text/html' }, body: Buffer.from('<h1>log in</h1>') }],
    ['B28 it is refused with 406', { status: 406 }],
  ])('is unreadable, and may refer to anything, when %s', async (_name, answer) => {
    const { found } = await findIn(answer)

    expect(await found).toEqual({
      digest: sha256(bytesOf(image)),
      unreadable: expect.stringMatching(/^GET .*expected/),
    })
  })

  it('B15 is unreadable when its type is not one that was asked for', async () => {
    const { found } = await findIn({ headers: { 'content-type': 'text/plain' } })

    expect(await found).toMatchObject({ unreadable: expect.stringContaining('got "text/plain"') })
  })

  it('B14 is unavailable when it is shorter than announced', async () => {
    const registry = await startFakeRegistry((_request, response) => {
      response.writeHead(200, { 'content-type': ociManifest, 'content-length': String(bytes.length + 10) })
      response.write(bytes, () => response.socket?.end())
    })

    const failure = await failureOf(createOciReader(registry.options).findManifest('team/app', sha256(bytes)))

    expect(failure).toMatchObject({ name: 'UnavailableError' })
  })
})

describe('the digest of a tag', () => {
  it('is hashed from the bytes where the registry leaves its header out', async () => {
    const bytes = bytesOf(image)
    const registry = await startFakeRegistry((request, response) =>
      response.writeHead(200, { 'content-type': ociManifest }).end(request.method === 'HEAD' ? undefined : bytes),
    )

    expect(await createOciReader(registry.options).findTag('team/app', 'v1')).toBe(sha256(bytes))
  })

  it.each([500, 503, 429])('is unavailable, not gone, on %d', async status => {
    const registry = await startFakeRegistry((_request, response) => response.writeHead(status).end())

    const failure = await failureOf(createOciReader(registry.options).findTag('team/app', 'v1'))

    expect(failure).toMatchObject({ name: 'UnavailableError' })
  })

  it.each([400, 405, 406, 410, 418])('B30 is unreadable, not gone, on %d', async status => {
    const registry = await startFakeRegistry((_request, response) => json(response, status, refusal('UNSUPPORTED')))

    const found = await createOciReader(registry.options).findTag('team/app', 'v1')

    expect(found).toEqual({ unreadable: expect.stringContaining(`expected a manifest, got ${status}`) })
  })
})
