import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import { possiblyGoneOf } from '../../../shared/sync/gone-images.ts'
import { syncDigest, syncRepository, syncTag } from '../../../shared/sync/sync-repository.ts'
import { type Loopback, pathOf, startLoopback } from '../../support/loopback.ts'
import { at, digestOf, imageDraft, syncContext, usageOf } from '../../support/records.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterEach(() => world.intercept(undefined))
afterAll(() => world.close())

const idOf = (path: string) => `${world.host}/${path}`
const contextOf = (path: string, seconds = 0) => syncContext(idOf(path), at(seconds))
const sync = (path: string, seconds = 0) => syncRepository(contextOf(path, seconds), path, world)
const imageOf = (path: string, digest: Digest) => world.store.findImage(idOf(path), digest)
const goneAt = async (path: string, digest: Digest) => (await imageOf(path, digest))?.goneAt

/** A repository in which `v1` is an index of two platforms with an SBOM, and `v2` an image. */
async function pushIndex() {
  const path = world.freshPath()
  const index = await world.push({ repository: path, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })
  const other = await world.push({ repository: path, tag: 'v2', seed: 'other' })
  const sbom = await world.push({
    repository: path,
    seed: 'sbom',
    artifactType: 'application/spdx+json',
    subject: index,
  })
  await sync(path)
  return { path, index, other, sbom }
}

describe('what somebody deleted by its digest', () => {
  it('is recorded as gone by the next sync, with its children and referrers that went too', async () => {
    const { path, index, sbom, other } = await pushIndex()
    const deleted = [index, ...index.children, sbom].map(one => one.digest)
    for (const digest of deleted) await world.remove(path, digest)

    const result = await sync(path, 60)

    for (const digest of deleted) expect(await goneAt(path, digest)).toEqual(at(60))
    expect(await goneAt(path, other.digest)).toBeUndefined()
    expect(result.changes).toBe(1 + deleted.length)
    expect((await world.store.listHistory(idOf(path), index.digest)).map(entry => entry.action)).toContain('image-gone')
  })

  it('is recorded as gone where its tag went long before', async () => {
    const { path, other } = await pushIndex()
    await world.remove(path, 'v2')
    await sync(path, 60)
    await world.remove(path, other.digest)

    await sync(path, 120)

    expect(await goneAt(path, other.digest)).toEqual(at(120))
  })

  it('is found by the hint that names it, and by that of its tag', async () => {
    const { path, index, other } = await pushIndex()
    const [child] = index.children
    if (!child) throw new Error('expected a child')
    await world.remove(path, child.digest)
    await world.remove(path, other.digest)

    const named = await syncDigest(contextOf(path, 60), path, child.digest, world)
    const tagged = await syncTag(contextOf(path, 60), path, 'v2', world)

    expect([named.changes, tagged.changes]).toEqual([1, 2])
    expect(await goneAt(path, child.digest)).toEqual(at(60))
    expect(await goneAt(path, other.digest)).toEqual(at(60))
  })

  it('is recorded as gone where it was about a child that somebody deleted from under its index before', async () => {
    const { path, index } = await pushIndex()
    const [child] = index.children
    if (!child) throw new Error('expected a child')
    const about = await world.push({ repository: path, seed: 'about', artifactType: 'x/y', subject: child })
    await syncDigest(contextOf(path), path, about.digest, world)
    await world.remove(path, child.digest)
    await syncDigest(contextOf(path, 60), path, child.digest, world)
    await world.remove(path, about.digest)

    await sync(path, 120)

    expect(await goneAt(path, child.digest)).toEqual(at(60))
    expect(await goneAt(path, about.digest)).toEqual(at(120))
  })

  it('loses its mark', async () => {
    const { path, other } = await pushIndex()
    const image = await imageOf(path, other.digest)
    if (!image) throw new Error('expected the image')
    const mark = { policy: 'eu-1/team/cleanup', policyHash: 'hash', runId: 'run', markedAt: at(1), deleteAfter: at(2) }
    await world.store.saveImage({ ...image, mark: { ...mark, reason: 'untagged', facts: [] } }, image)
    await world.remove(path, other.digest)

    await sync(path, 60)

    expect(await imageOf(path, other.digest)).not.toHaveProperty('mark')
  })

  it.each([
    ['Maintenance', 'nothing uses it', () => undefined],
    ['Use', 'a workload names its digest', (path: string, digest: Digest) => `${idOf(path)}@${digest}`],
  ])('was marked and is in %s then, where %s', async (stage, _, spell) => {
    const { path, other } = await pushIndex()
    const image = await imageOf(path, other.digest)
    if (!image) throw new Error('expected the image')
    const mark = { policy: 'eu-1/team/cleanup', policyHash: 'hash', runId: 'run', markedAt: at(1), deleteAfter: at(2) }
    await world.store.saveImage({ ...image, stage: 'Cleanup', mark: { ...mark, reason: 'old', facts: [] } }, image)
    const spelled = spell(path, other.digest)
    if (spelled !== undefined) await world.store.saveUsage([usageOf(idOf(path), { image: spelled })])
    await world.remove(path, other.digest)

    await sync(path, 60)

    expect(await imageOf(path, other.digest)).toMatchObject({ stage, goneAt: at(60) })
  })

  it('is left to the sweep that has begun to delete it', async () => {
    const { path, other } = await pushIndex()
    const image = await imageOf(path, other.digest)
    if (!image) throw new Error('expected the image')
    await world.store.saveImage({ ...image, deletion: { runId: 'run', startedAt: at(1), tags: ['v2'] } }, image)
    await world.remove(path, other.digest)

    await sync(path, 60)
    await syncDigest(contextOf(path, 70), path, other.digest, world)

    expect(await goneAt(path, other.digest)).toBeUndefined()
  })

  it('is recorded with its children when it is there again', async () => {
    const { path, index } = await pushIndex()
    const deleted = [index, ...index.children].map(one => one.digest)
    for (const digest of deleted) await world.remove(path, digest)
    await sync(path, 60)
    await world.push({ repository: path, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })

    await sync(path, 120)

    for (const digest of deleted) expect(await goneAt(path, digest)).toBeUndefined()
  })
})

describe('an image without a tag', () => {
  it('I18 is not gone because no list names it', async () => {
    const { path, other, sbom } = await pushIndex()
    await world.remove(path, 'v2')

    await sync(path, 60)
    await sync(path, 120)

    for (const one of [other, sbom]) expect(await goneAt(path, one.digest)).toBeUndefined()
  })

  it.each([
    ['fails', new Response(null, { status: 500 })],
    ['refuses', new Response(null, { status: 403 })],
    ['answers with a web page', new Response('<html>', { status: 404, headers: { 'content-type': 'text/html' } })],
  ])('F20 is not gone, and the sync does not fail, where the registry %s for it', async (_, answer) => {
    const { path, other } = await pushIndex()
    await world.remove(path, other.digest)
    world.intercept(request => (pathOf(request).endsWith(other.digest) ? answer.clone() : undefined))

    const result = await sync(path, 60)

    expect(result.changes).toBe(1)
    expect(await goneAt(path, other.digest)).toBeUndefined()
  })

  it('is asked for without a pull, which would count as use', async () => {
    const { path, other } = await pushIndex()
    await world.remove(path, 'v2')
    world.requests.length = 0

    await sync(path, 60)

    const asked = world.requests.filter(request => request.path.endsWith(other.digest))
    expect(asked.map(request => request.method)).toEqual(['HEAD'])
  })
})

describe('suspects', () => {
  const repository = 'registry.example.com/team/app'
  const image = (name: string, fields: object = {}) => ({
    ...imageDraft(repository, { digest: digestOf(name), ...fields }),
    number: 1,
  })
  const nothing = { tags: new Map(), gone: new Set<string>(), unread: new Map(), untagged: [] }

  it('are none where everything hangs on what the registry lists', () => {
    const index = image('index', { children: [digestOf('child')] })
    const all = [index, image('child'), image('sbom', { subject: digestOf('child') })]
    const tags = new Map([['v1', { tag: 'v1', digest: index.digest }]])

    expect(possiblyGoneOf(all, { ...nothing, tags }, [], at(0))).toEqual([])
  })

  it('are a hundred of many at a time, and all of them in the course of time', () => {
    const all = Array.from({ length: 450 }, (_, at) => image(`old ${at}`))

    const rounds = Array.from({ length: 60 }, (_, round) => possiblyGoneOf(all, nothing, [], at(round * 300)))

    expect(new Set(rounds.map(round => round.length))).toEqual(new Set([100]))
    expect(new Set(rounds.flat().map(one => one.digest)).size).toBe(450)
  })

  it('begin with what lost a tag just now and its kin, however many others there are', () => {
    const index = image('index', { children: [digestOf('child')] })
    const all = [...Array.from({ length: 450 }, (_, at) => image(`old ${at}`)), index, image('child')]

    const suspects = possiblyGoneOf(all, nothing, [index.digest], at(0))

    expect(suspects.slice(0, 2).map(one => one.digest)).toEqual([index.digest, digestOf('child')])
    expect(suspects).toHaveLength(102)
  })
})
