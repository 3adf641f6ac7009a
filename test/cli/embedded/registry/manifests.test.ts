import { beforeEach, describe, expect, it } from 'vitest'
import { pushImage } from '../../../../cli/embedded/registry/push-image.ts'
import type { Registry } from '../../../../cli/embedded/registry/registry-server.ts'
import {
  absentDigest,
  digestOf,
  indexType,
  listTags,
  manifestType,
  pushBlob,
  putManifest,
  refusalOf,
  registryForTest,
} from './registry-fixture.ts'

const repository = 'team/app'

describe('manifests', () => {
  let registry: Registry
  beforeEach(async () => {
    registry = await registryForTest()
  })

  const manifestUrl = (reference: string, name = repository) => `${registry.url}/v2/${name}/manifests/${reference}`
  const documentWith = async (more: object = {}) => {
    const config = await pushBlob(registry, repository, '{}')
    return { schemaVersion: 2, config: { mediaType: 'x/y', digest: config, size: 2 }, layers: [], ...more }
  }

  /** Without a Content-Length. */
  const putChunked = (reference: string, text: string): Promise<Response> => {
    const headers = { 'Content-Type': manifestType }
    return fetch(manifestUrl(reference), { method: 'PUT', headers, body: new Blob([text]).stream(), duplex: 'half' })
  }

  it('serves by tag and by digest exactly what was pushed', async () => {
    const document = JSON.stringify(await documentWith(), undefined, 3)
    const digest = digestOf(document)

    const put = await putManifest(registry, repository, 'v1', document)
    const byTag = await fetch(manifestUrl('v1'))
    const byDigest = await fetch(manifestUrl(digest))

    expect(put.status).toBe(201)
    expect(put.headers.get('Location')).toBe(`/v2/${repository}/manifests/${digest}`)
    expect(put.headers.get('Docker-Content-Digest')).toBe(digest)
    expect(byTag.headers.get('Docker-Content-Digest')).toBe(digest)
    expect(byTag.headers.get('ETag')).toBe(`"${digest}"`)
    expect(byTag.headers.get('Content-Type')).toBe(manifestType)
    expect([await byTag.text(), await byDigest.text()]).toEqual([document, document])
  })

  it('answers HEAD with length, type and digest, and no body', async () => {
    const { digest, size } = await pushImage(registry.url, { repository, tag: 'v1' })

    const head = await fetch(manifestUrl('v1'), { method: 'HEAD' })

    expect(head.headers.get('Content-Length')).toBe(String(size))
    expect(head.headers.get('Docker-Content-Digest')).toBe(digest)
    expect(await head.text()).toBe('')
  })

  it('answers an index to a client that accepts only manifests', async () => {
    await pushImage(registry.url, { repository, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })

    const response = await fetch(manifestUrl('v1'), { headers: { Accept: manifestType } })

    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe(indexType)
  })

  it('answers 304 to a client that has it', async () => {
    const { digest } = await pushImage(registry.url, { repository, tag: 'v1' })

    const response = await fetch(manifestUrl('v1'), { headers: { 'If-None-Match': `"${digest}"` } })

    expect(response.status).toBe(304)
    expect(response.headers.get('Docker-Content-Digest')).toBe(digest)
  })

  it('moves a tag and keeps the old manifest by its digest', async () => {
    const old = await pushImage(registry.url, { repository, tag: 'v1', seed: 'old' })
    const fresh = await pushImage(registry.url, { repository, tag: 'v1', seed: 'fresh' })

    const byTag = await fetch(manifestUrl('v1'))
    const byOldDigest = await fetch(manifestUrl(old.digest))

    expect(byTag.headers.get('Docker-Content-Digest')).toBe(fresh.digest)
    expect(byOldDigest.status).toBe(200)
  })

  it('deletes a tag and leaves its manifest and the sibling tags', async () => {
    const { digest } = await pushImage(registry.url, { repository, tag: 'v1', seed: 'one' })
    await pushImage(registry.url, { repository, tag: 'stable', seed: 'one' })

    const deleted = await fetch(manifestUrl('v1'), { method: 'DELETE' })

    expect(deleted.status).toBe(202)
    expect(await refusalOf(await fetch(manifestUrl('v1')))).toBe('404 MANIFEST_UNKNOWN')
    expect(await listTags(registry, repository)).toEqual(['stable'])
    expect((await fetch(manifestUrl(digest))).status).toBe(200)
  })

  it('I3 deletes by digest the manifest and every tag on it, and no other', async () => {
    const { digest } = await pushImage(registry.url, { repository, tag: 'v1', seed: 'one' })
    await pushImage(registry.url, { repository, tag: 'stable', seed: 'one' })
    await pushImage(registry.url, { repository, tag: 'v2', seed: 'two' })

    const deleted = await fetch(manifestUrl(digest), { method: 'DELETE' })

    expect(deleted.status).toBe(202)
    expect(await listTags(registry, repository)).toEqual(['v2'])
    for (const reference of [digest, 'v1', 'stable'])
      expect(await refusalOf(await fetch(manifestUrl(reference)))).toBe('404 MANIFEST_UNKNOWN')
  })

  it('deletes by digest from one repository and leaves it in another', async () => {
    const { digest } = await pushImage(registry.url, { repository, tag: 'v1', seed: 'one' })
    await pushImage(registry.url, { repository: 'team/other', tag: 'v1', seed: 'one' })

    await fetch(manifestUrl(digest), { method: 'DELETE' })

    expect((await fetch(manifestUrl(digest, 'team/other'))).status).toBe(200)
  })

  it('I1 lets a child be deleted while its index stays, as distribution does', async () => {
    const { children } = await pushImage(registry.url, {
      repository,
      tag: 'v1',
      platforms: ['linux/amd64', 'linux/arm64'],
    })

    const deleted = await fetch(manifestUrl(children[0]?.digest ?? ''), { method: 'DELETE' })

    expect(deleted.status).toBe(202)
    expect((await fetch(manifestUrl('v1'))).status).toBe(200)
  })

  it.each(['v1', absentDigest])('answers MANIFEST_UNKNOWN to a delete of the absent %s', async reference => {
    const response = await fetch(manifestUrl(reference), { method: 'DELETE' })

    expect(await refusalOf(response)).toBe('404 MANIFEST_UNKNOWN')
  })

  it('B17 refuses a manifest whose hash is not the digest it is pushed by', async () => {
    const response = await putManifest(registry, repository, absentDigest, await documentWith())

    expect(await refusalOf(response)).toBe('400 DIGEST_INVALID')
  })

  it('refuses an image whose layer is missing, and stores neither manifest nor tag', async () => {
    const document = await documentWith({ layers: [{ mediaType: 'x/y', digest: absentDigest, size: 1 }] })

    const response = await putManifest(registry, repository, 'v1', document)

    expect(await refusalOf(response)).toBe('400 MANIFEST_BLOB_UNKNOWN')
    expect(await listTags(registry, repository)).toEqual([])
  })

  it('takes an image whose missing layer has an address of its own', async () => {
    const layer = { mediaType: 'x/y', digest: absentDigest, size: 1, urls: ['https://example.com/layer'] }

    const response = await putManifest(registry, repository, 'v1', await documentWith({ layers: [layer] }))

    expect(response.status).toBe(201)
  })

  it('B16 refuses an index whose child is missing', async () => {
    const document = { schemaVersion: 2, manifests: [{ mediaType: manifestType, digest: absentDigest, size: 1 }] }

    const response = await putManifest(registry, repository, 'v1', document, indexType)

    expect(await refusalOf(response)).toBe('400 MANIFEST_BLOB_UNKNOWN')
  })

  it('takes a manifest whose subject is missing and confirms the subject', async () => {
    const document = await documentWith({ subject: { mediaType: manifestType, digest: absentDigest, size: 1 } })

    const response = await putManifest(registry, repository, 'v1', document)

    expect(response.status).toBe(201)
    expect(response.headers.get('OCI-Subject')).toBe(absentDigest)
  })

  it('B14 takes a manifest of 4 MiB and refuses one byte more, of known and of unknown length', async () => {
    const padding = 4 * 1024 * 1024 - JSON.stringify(await documentWith({ annotations: { p: '' } })).length
    const full = JSON.stringify(await documentWith({ annotations: { p: 'x'.repeat(padding) } }))
    const over = `${full} `

    const taken = await putManifest(registry, repository, 'full', full)
    const refused = await putManifest(registry, repository, 'over', over)
    const chunkedRefused = await putChunked('over', over)
    const chunkedTaken = await putChunked('chunked', full)

    expect([taken.status, chunkedTaken.status]).toEqual([201, 201])
    expect([await refusalOf(refused), await refusalOf(chunkedRefused)]).toEqual([
      '413 MANIFEST_INVALID',
      '413 MANIFEST_INVALID',
    ])
  })

  it.each([
    ['B2 invalid UTF-8', '\u{feff}{}'],
    ['no JSON', 'schemaVersion: 2'],
    ['an empty body', ''],
    ['a list', '[]'],
    ['B3 nesting of 10^5', '['.repeat(100_000)],
    ['a config without digest', '{"config":{"size":1},"layers":[]}'],
    ['B10 a layer of sha384', `{"config":{"digest":"sha384:${'0'.repeat(96)}","size":1},"layers":[]}`],
    ['an image without config', '{"layers":[]}'],
    ['another mediaType than Content-Type', `{"mediaType":"${indexType}","manifests":[]}`],
    [
      'B15 an image that is an index too',
      `{"config":{"digest":"${absentDigest}","size":1},"layers":[],"manifests":[]}`,
    ],
  ])('refuses %s', async (_case, body) => {
    const response = await putManifest(registry, repository, 'v1', body)

    expect(await refusalOf(response)).toBe('400 MANIFEST_INVALID')
  })

  it('keeps a media type it does not know', async () => {
    await putManifest(registry, repository, 'v1', { anything: 1 }, 'application/vnd.example+json; charset=utf-8')

    const response = await fetch(manifestUrl('v1'))

    expect(response.headers.get('Content-Type')).toBe('application/vnd.example+json')
  })
})
