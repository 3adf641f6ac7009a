import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { pushImage } from '../../../../cli/embedded/registry/push-image.ts'
import { pushBySha512, sha512Of } from '../../../support/push-by-sha512.ts'
import { listenForEvents } from './event-listener.ts'
import {
  indexType,
  listTags,
  manifestType,
  putManifest,
  refusalOf,
  registryForTest,
  temporaryFolder,
} from './registry-fixture.ts'

const repository = 'team/app'
const wrong = sha512Of('something else')

describe('content under sha512', () => {
  it('is taken as a blob in one request, in two, and in chunks', async () => {
    const registry = await registryForTest()
    const uploads = `${registry.url}/v2/${repository}/blobs/uploads/`
    const open = async () =>
      new URL((await fetch(uploads, { method: 'POST' })).headers.get('Location') ?? '', uploads).href

    const inOne = await fetch(`${uploads}?digest=${sha512Of('one')}`, { method: 'POST', body: 'one' })
    const inTwo = await fetch(`${await open()}?digest=${sha512Of('two')}`, { method: 'PUT', body: 'two' })
    const upload = await open()
    await fetch(upload, { method: 'PATCH', body: 'thr' })
    const inChunks = await fetch(`${upload}?digest=${sha512Of('three')}`, { method: 'PUT', body: 'ee' })

    expect([inOne.status, inTwo.status, inChunks.status]).toEqual([201, 201, 201])
    for (const text of ['one', 'two', 'three']) {
      const blob = await fetch(`${registry.url}/v2/${repository}/blobs/${sha512Of(text)}`)
      expect(await blob.text()).toBe(text)
    }
  })

  it('B17 is refused where it hashes to another digest, and nothing of it stays', async () => {
    const dataDir = await temporaryFolder()
    const registry = await registryForTest({ dataDir })

    const url = `${registry.url}/v2/${repository}/blobs/uploads/?digest=${wrong}`
    const blob = await fetch(url, { method: 'POST', body: 'hello' })
    const manifest = await putManifest(registry, repository, `v1?digest=${wrong}`, '{}', 'a/b')

    expect([await refusalOf(blob), await refusalOf(manifest)]).toEqual(['400 DIGEST_INVALID', '400 DIGEST_INVALID'])
    expect(await readdir(join(dataDir, 'tmp'))).toEqual([])
    expect(await readdir(dataDir)).not.toContain('content')
  })

  it('is a manifest under as many tags as its push names', async () => {
    const registry = await registryForTest()

    const { response, digest, body } = await pushBySha512(registry.url, repository, { tags: ['v1', 'latest', 'v1'] })

    expect(response.status).toBe(201)
    expect(response.headers.get('Docker-Content-Digest')).toBe(digest)
    expect(response.headers.get('OCI-Tag')).toBe('v1, latest')
    for (const reference of ['v1', 'latest', digest])
      expect(await (await fetch(`${registry.url}/v2/${repository}/manifests/${reference}`)).text()).toBe(body)
  })

  it('is a manifest under the tag that it is pushed by, with the digest beside it', async () => {
    const registry = await registryForTest()

    const { response, digest } = await pushBySha512(registry.url, repository, { reference: 'v1' })

    expect(response.status).toBe(201)
    const byTag = await fetch(`${registry.url}/v2/${repository}/manifests/v1`)
    expect(byTag.headers.get('Docker-Content-Digest')).toBe(digest)
  })

  it('B9 is not stored where one of its tags is none', async () => {
    const registry = await registryForTest()

    const { response } = await pushBySha512(registry.url, repository, { tags: ['v1', '-v2'] })

    expect(await refusalOf(response)).toBe('400 TAG_INVALID')
    expect(await (await fetch(`${registry.url}/v2/${repository}/tags/list`)).json()).toMatchObject({ tags: [] })
  })

  it('is told of once for each tag, as one request', async () => {
    const listener = await listenForEvents()
    const ignore = { actions: ['pull' as const], mediaTypes: ['application/octet-stream'] }
    const registry = await registryForTest({ notifications: [{ url: listener.url, ignore }] })

    const { digest } = await pushBySha512(registry.url, repository, { tags: ['v1', 'v2'] })

    await vi.waitFor(() => expect(listener.events).toHaveLength(2))
    expect(listener.events.map(({ target }) => [target.tag, target.digest])).toEqual([
      ['v1', digest],
      ['v2', digest],
    ])
    expect(new Set(listener.events.map(({ request }) => request.id)).size).toBe(1)
  })

  it('is child and subject as any other', async () => {
    const registry = await registryForTest()
    const { digest, body } = await pushBySha512(registry.url, repository, {})
    const descriptor = { mediaType: manifestType, digest, size: body.length }

    const index = { schemaVersion: 2, mediaType: indexType, manifests: [descriptor] }
    const parent = await putManifest(registry, repository, 'parent', index, indexType)
    const signature = await pushBySha512(registry.url, repository, { tags: ['sig'], subject: descriptor })
    const referrers = await fetch(`${registry.url}/v2/${repository}/referrers/${digest}`)

    expect(parent.status).toBe(201)
    expect(signature.response.headers.get('OCI-Subject')).toBe(digest)
    expect(await referrers.json()).toMatchObject({ manifests: [{ digest: signature.digest }] })
  })

  it('goes by its digest with its tags, and its bytes at the next collection, beside what sha256 names', async () => {
    const registry = await registryForTest()
    const kept = await pushImage(registry.url, { repository, tag: 'kept' })
    const { digest, config } = await pushBySha512(registry.url, repository, { tags: ['v1', 'v2'] })

    const before = await registry.collectGarbage()
    const deleted = await fetch(`${registry.url}/v2/${repository}/manifests/${digest}`, { method: 'DELETE' })
    const after = await registry.collectGarbage()

    expect(deleted.status).toBe(202)
    expect(await listTags(registry, repository)).toEqual(['kept'])
    expect(before.removed).toEqual([])
    expect(new Set(after.removed)).toEqual(new Set([digest, config]))
    expect((await fetch(`${registry.url}/v2/${repository}/manifests/${kept.digest}`)).status).toBe(200)
  })
})
