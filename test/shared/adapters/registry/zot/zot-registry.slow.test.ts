import { describe, expect, it, onTestFinished } from 'vitest'
import { type ImageToPush, pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createZotReader } from '../../../../../shared/adapters/registry/zot/zot-reader.ts'
import { createZotWriter } from '../../../../../shared/adapters/registry/zot/zot-writer.ts'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import { startFakeZot } from '../../../../support/zot/fake-zot.ts'
import { noWaiting } from '../fake-registry.ts'

const repository = 'team/app'

async function startZot() {
  const zot = await startFakeZot()
  onTestFinished(() => zot.close())
  const reach = { endpoint: zot.url, host: zot.host, configured: true, clock: noWaiting }
  const push = (image: Partial<ImageToPush>) => pushImage(zot.url, { repository, ...image })
  const asked = (part: string) => zot.requests.filter(one => one.includes(part))
  return { ...zot, reader: createZotReader(reach), writer: createZotWriter(reach), push, asked }
}

const search = (body: unknown, status = 200) => ({ status, json: body })
const listOf = (results: readonly object[], total = results.length) =>
  search({ data: { ImageList: { Page: { TotalCount: total }, Results: results } } })

describe('the list', () => {
  it('tells digest, push and pull time of each tag, and describes images without a pull', async () => {
    const { reader, push, layout, asked } = await startZot()
    const created = new Date('2026-01-02T03:04:05Z')
    const image = await push({ tag: 'v1', platforms: ['linux/arm/v7'], created })
    const sbom = await push({ subject: image, artifactType: 'application/vnd.example.sbom' })

    const { tags, described, untagged, note } = await reader.listRepository(repository)

    const { pushedAt } = layout.manifests.get(image.digest) ?? {}
    expect(tags).toEqual([{ tag: 'v1', digest: image.digest, pushedAt, taggedAt: pushedAt }])
    expect(described?.get(image.digest as Digest)).toMatchObject({
      manifest: { digest: image.digest, mediaType: image.mediaType, sizeBytes: expect.any(Number) },
      config: { os: 'linux', architecture: 'arm', variant: 'v7', createdAt: created },
      referrers: [{ digest: sbom.digest, artifactType: 'application/vnd.example.sbom' }],
    })
    expect([untagged, note]).toEqual([undefined, undefined])
    expect(asked('/manifests/')).toEqual([])
  })

  it('leaves indexes, and what has referrers by the tag schema, to their manifests', async () => {
    const { reader, push } = await startZot()
    const index = await push({ tag: 'index', platforms: ['linux/amd64', 'linux/arm64'] })
    const image = await push({ tag: 'v1', seed: 'v1' })
    await push({ tag: image.digest.replace(':', '-'), seed: 'by tag' })

    const { tags, described } = await reader.listRepository(repository)

    expect(tags.find(one => one.tag === 'index')?.digest).toBe(index.digest)
    expect([index, image].map(one => described?.has(one.digest as Digest))).toEqual([false, false])
  })

  it('names Docker manifests, of which the search knows nothing', async () => {
    const { reader, push } = await startZot()
    await push({ tag: 'docker', format: 'docker' })

    const { tags } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'docker' }])
  })

  it('takes one request for the names, and one for each thousand images', async () => {
    const { reader, push, layout, requests } = await startZot()
    const { digest } = await push({ tag: 'v0' })
    const stored = layout.manifests.get(digest)
    for (let at = 1; at < 1_001; at++) if (stored) layout.put(repository, `v${at}`, digest, stored)

    const { tags } = await reader.listRepository(repository)

    expect(tags.filter(one => one.digest === digest)).toHaveLength(1_001)
    expect(requests).toEqual([expect.stringContaining('/tags/list'), ...Array(2).fill('POST /v2/_zot/ext/search')])
  })

  it('of a version that knows fewer fields asks for these', async () => {
    const { reader, push, state } = await startZot()
    state.unknownFields = ['TaggedTimestamp']
    await push({ tag: 'v1' })

    const { tags, note } = await reader.listRepository(repository)

    expect(tags[0]?.pushedAt).toBeInstanceOf(Date)
    expect(note).toBeUndefined()
  })

  it('is not fooled by odd entries, and takes no tag from the search that the registry does not name', async () => {
    const { reader, push, state } = await startZot()
    const { digest } = await push({ tag: 'v1' })
    const odd = [{ Tag: 'v1', Digest: 'sha512:x' }, { Tag: 5 }, null, { Tag: 'hidden', Digest: digest }]
    state.answer = ({ path }) => (path.includes('_zot') ? listOf(odd.filter(Boolean) as object[]) : undefined)

    const { tags } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1' }])
  })

  it('leaves out times that are none', async () => {
    const { reader, push, state } = await startZot()
    const { digest } = await push({ tag: 'v1' })
    const times = { PushTimestamp: 'soon', TaggedTimestamp: 7, LastPullTimestamp: '0001-01-01T00:00:00Z' }
    state.answer = ({ path }) => (path.includes('_zot') ? listOf([{ Tag: 'v1', Digest: digest, ...times }]) : undefined)

    const { tags } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1', digest }])
  })

  it('ends where pages that are to come have nothing', async () => {
    const { reader, push, state, asked } = await startZot()
    const { digest } = await push({ tag: 'v1' })
    let pages = 0
    state.answer = ({ path }) => {
      if (!path.includes('_zot')) return undefined
      pages += 1
      return listOf(pages === 1 ? [{ Tag: 'v1', Digest: digest }] : [], 900_000)
    }

    const { tags } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1', digest }])
    expect(asked('_zot')).toHaveLength(2)
  })

  it.each([
    ['no such route', search({}, 404)],
    ['a refusal', search({ errors: [{ code: 'DENIED' }] }, 403)],
    ['another JSON', search({ ok: true })],
    ['an error', search({ errors: [{ message: 'broken' }], data: null })],
  ])('of a zot whose search answers %s is the plain one, with a note', async (_what, answer) => {
    const { reader, push, state } = await startZot()
    await push({ tag: 'v1' })
    state.answer = ({ path }) => (path.includes('_zot') ? answer : undefined)

    const { tags, note } = await reader.listRepository(repository)

    expect(tags).toEqual([{ tag: 'v1' }])
    expect(note).toContain('extensions.search')
  })
})

describe('the delete of a tag', () => {
  it.each([true, false])('keeps the last one of an image that is to stay (search: %s)', async searches => {
    const { writer, push, state, layout } = await startZot()
    state.searches = searches
    const digest = (await push({ tag: 'only', seed: 'only' })).digest as Digest
    await push({ tag: 'other', seed: 'other' })

    const deletion = await writer.deleteTag(repository, 'only', digest)

    expect(deletion).toEqual({ outcome: 'kept', reason: 'last tag: zot removes the image with it' })
    expect(layout.find(repository, 'only')?.digest).toBe(digest)
  })

  it.each([true, false])('takes one of two off (search: %s)', async searches => {
    const { writer, push, state } = await startZot()
    state.searches = searches
    const digest = (await push({ tag: 'v1', seed: 'same' })).digest as Digest
    await push({ tag: 'latest', seed: 'same' })

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toEqual({ outcome: 'deleted', by: 'oci' })
    expect(await writer.findTag(repository, 'latest')).toBe(digest)
  })

  it('takes the last one where the image goes as well', async () => {
    const { writer, push } = await startZot()
    const digest = (await push({ tag: 'only' })).digest as Digest

    const deletion = await writer.deleteTag(repository, 'only', digest, { lastTagGoesWithDigest: true })

    expect(deletion).toEqual({ outcome: 'deleted', by: 'oci' })
    expect(await writer.hasManifest(repository, digest)).toBe(false)
  })
})

describe('the delete of a digest', () => {
  it('says that tags go first where this user may not take several at once', async () => {
    const { writer, push, state } = await startZot()
    state.detectsCollisions = true
    const digest = (await push({ tag: 'v1', seed: 'same' })).digest as Digest
    await push({ tag: 'v2', seed: 'same' })

    const deletion = await writer.deleteManifest(repository, digest)

    expect(deletion).toMatchObject({ outcome: 'kept', tagsFirst: true })
  })

  it('is an absence in a repository that is gone', async () => {
    const { writer, push } = await startZot()
    const digest = (await push({ tag: 'v1' })).digest as Digest
    await writer.deleteManifest(repository, digest)

    expect(await writer.deleteManifest(repository, digest)).toEqual({ outcome: 'absent' })
  })
})

it('a tag that moves takes the image before along', async () => {
  const { reader, push } = await startZot()
  const before = (await push({ tag: 'latest', seed: 'before' })).digest as Digest
  await push({ tag: 'latest', seed: 'after' })

  expect(await reader.hasManifest(repository, before)).toBe(false)
})
