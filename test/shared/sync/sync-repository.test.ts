import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../../shared/ports/store.ts'
import { syncRepository, syncTag } from '../../../shared/sync/sync-repository.ts'
import { type Loopback, pathOf, signatureTag, startLoopback } from '../../support/loopback.ts'
import { readTag } from '../../support/readable.ts'
import { at, syncContext } from '../../support/records.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterEach(() => world.intercept(undefined))
afterAll(() => world.close())

const idOf = (path: string) => `${world.host}/${path}`
const contextOf = (path: string, seconds = 0) => syncContext(idOf(path), at(seconds))
const sync = (path: string, seconds = 0) => syncRepository(contextOf(path, seconds), path, world)
const tagsOf = async (path: string) =>
  (await world.store.listTags(idOf(path))).filter(tag => tag.goneAt === undefined).map(tag => tag.tag)

it('records every tag and image of a repository', async () => {
  const path = world.freshPath()
  const one = await world.push({ repository: path, tag: 'v1', created: at(-100), platforms: ['linux/arm/v7'] })
  await world.push({
    repository: path,
    tag: 'stable',
    seed: `${path}:v1`,
    created: at(-100),
    platforms: ['linux/arm/v7'],
  })
  await world.push({ repository: path, tag: 'v2' })

  const result = await sync(path)

  expect(result.tagCount).toBe(3)
  expect(await tagsOf(path)).toEqual(['stable', 'v1', 'v2'])
  expect(await world.store.listImages(idOf(path))).toHaveLength(2)
  expect(await world.store.findImage(idOf(path), one.digest)).toMatchObject({
    createdAt: at(-100),
    platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
    pushedAt: { at: at(0), source: 'first-seen' },
  })
})

it('writes nothing when nothing changed, and reads no manifest again', async () => {
  const path = world.freshPath()
  await world.push({ repository: path, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })
  await sync(path)
  const before = [await world.store.listTags(idOf(path)), await world.store.listImages(idOf(path))]
  world.requests.length = 0

  const result = await sync(path, 60)

  expect(result.changes).toBe(0)
  expect([await world.store.listTags(idOf(path)), await world.store.listImages(idOf(path))]).toEqual(before)
  expect(world.requests.filter(request => request.method === 'GET' && request.path.includes('/manifests/'))).toEqual([])
})

it('I1 records the children of an index', async () => {
  const path = world.freshPath()
  const index = await world.push({ repository: path, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })

  await sync(path)

  const recorded = (await world.store.listImages(idOf(path))).map(image => image.digest)
  expect(recorded.sort()).toEqual([index.digest, ...index.children.map(child => child.digest)].sort())
  expect((await world.store.findImage(idOf(path), index.digest))?.children).toEqual(
    index.children.map(child => child.digest),
  )
})

it('F7 I1 records a child whose record was lost in the middle of a sync', async () => {
  const path = world.freshPath()
  const index = await world.push({ repository: path, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })
  const [child] = index.children
  const store: Store = {
    ...world.store,
    saveImage: (draft, previous) =>
      draft.digest === child?.digest ? Promise.reject(new Error('killed')) : world.store.saveImage(draft, previous),
  }
  await expect(syncRepository(contextOf(path), path, { ...world, store })).rejects.toThrow('killed')

  await sync(path, 60)

  const recorded = (await world.store.listImages(idOf(path))).map(image => image.digest)
  expect(recorded.sort()).toEqual([index.digest, ...index.children.map(one => one.digest)].sort())
})

it('F15 records what names an image as its subject, and what cosign tagged for it', async () => {
  const path = world.freshPath()
  const image = await world.push({ repository: path, tag: 'v1' })
  const referrer = await world.push({
    repository: path,
    seed: 'sbom',
    artifactType: 'application/spdx+json',
    subject: image,
  })
  const signature = await world.push({ repository: path, tag: signatureTag(image.digest), seed: 'signature' })

  await sync(path)

  expect((await world.store.findImage(idOf(path), referrer.digest))?.subject).toBe(image.digest)
  expect(await world.store.findImage(idOf(path), signature.digest)).toBeDefined()
})

it('notes a moved tag with where it pointed before', async () => {
  const path = world.freshPath()
  const before = await world.push({ repository: path, tag: 'latest', seed: 'one' })
  await sync(path)
  const after = await world.push({ repository: path, tag: 'latest', seed: 'two' })

  await sync(path, 60)

  expect(await world.store.findTag(idOf(path), 'latest')).toMatchObject({
    digest: after.digest,
    previousDigest: before.digest,
    movedAt: at(60),
    firstSeenAt: at(0),
    change: { action: 'tag-moved' },
  })
})

describe('a list that is not the truth', () => {
  const listing = (tags: readonly string[]) => (request: Request) =>
    pathOf(request).endsWith('/tags/list') ? Response.json({ name: 'x', tags }) : undefined

  it.each([
    ['cut short', ['v1']],
    ['empty', []],
  ])('F20 I18 keeps the tags when the list is %s', async (_, tags) => {
    const path = world.freshPath()
    for (const tag of ['v1', 'v2', 'v3']) await world.push({ repository: path, tag })
    await sync(path)
    world.intercept(listing(tags))

    const result = await sync(path, 60)

    expect(result).toMatchObject({ tagCount: 3, changes: 0 })
    expect(await tagsOf(path)).toEqual(['v1', 'v2', 'v3'])
  })

  it('F20 keeps the tags when the list of the repository answers 404', async () => {
    const path = world.freshPath()
    await world.push({ repository: path, tag: 'v1' })
    await sync(path)
    world.intercept(request =>
      pathOf(request).endsWith('/tags/list')
        ? Response.json({ errors: [{ code: 'NAME_UNKNOWN', message: '' }] }, { status: 404 })
        : undefined,
    )

    await sync(path, 60)

    expect(await tagsOf(path)).toEqual(['v1'])
  })

  it('F20 keeps the tags when the list is cut short and the registry then fails', async () => {
    const path = world.freshPath()
    for (const tag of ['v1', 'v2']) await world.push({ repository: path, tag })
    await sync(path)
    world.intercept(
      request =>
        listing(['v1'])(request) ?? (request.method === 'HEAD' ? new Response(null, { status: 500 }) : undefined),
    )

    await expect(sync(path, 60)).rejects.toMatchObject({ name: 'UnavailableError' })

    expect(await tagsOf(path)).toEqual(['v1', 'v2'])
  })

  it('records nothing as gone where the reader has no word, and keeps what it could not read', async () => {
    const path = world.freshPath()
    for (const tag of ['v1', 'v2']) await world.push({ repository: path, tag })
    await sync(path)
    await world.remove(path, 'v1')

    const result = await syncRepository({ ...contextOf(path, 60), authority: 'none' }, path, world)

    expect(result).toMatchObject({ tagCount: 2, changes: 0, denied: ['v1'] })
    expect(await tagsOf(path)).toEqual(['v1', 'v2'])
  })

  it('F3 marks a tag gone that the registry itself denies', async () => {
    const path = world.freshPath()
    for (const tag of ['v1', 'v2']) await world.push({ repository: path, tag })
    await sync(path)
    await world.remove(path, 'v1')

    await sync(path, 60)

    expect(await tagsOf(path)).toEqual(['v2'])
    expect(await world.store.findTag(idOf(path), 'v1')).toMatchObject({
      goneAt: at(60),
      change: { action: 'tag-gone' },
    })
  })
})

describe('pull times', () => {
  /** The registry as it is, with one time of a pull for every tag. */
  const pulledAt = (seconds: number) => ({
    ...world,
    reader: {
      ...world.reader,
      listRepository: async (path: string) => {
        const { tags } = await world.reader.listRepository(path)
        const withDigests = tags.map(async ({ tag }) => {
          const digest = await readTag(world.reader, path, tag)
          return { tag, pulledAt: at(seconds), ...(digest && { digest }) }
        })
        return { tags: await Promise.all(withDigests) }
      },
    },
  })
  const syncPulled = (path: string, seconds: number, pulled: number) =>
    syncRepository(contextOf(path, seconds), path, pulledAt(pulled))

  it('are recorded of an image that has been known for long, and never go back', async () => {
    const path = world.freshPath()
    const { digest } = await world.push({ repository: path, tag: 'v1' })
    const recorded = async () => (await world.store.findImage(idOf(path), digest))?.pulledAt
    await sync(path)
    expect(await recorded()).toBeUndefined()

    const results = [await syncPulled(path, 60, 50), await syncPulled(path, 120, 100), await syncPulled(path, 180, 50)]

    expect(await recorded()).toEqual(at(100))
    expect(results.map(one => one.changes)).toEqual([1, 1, 0])
    expect(await syncPulled(path, 240, 100)).toMatchObject({ changes: 0 })
  })
})

describe('a hint', () => {
  it('F2 is resolved against the registry, so that the order of hints does not matter', async () => {
    const path = world.freshPath()
    const last = await world.push({ repository: path, tag: 'v1', seed: 'last' })

    for (const seconds of [1, 2, 3]) await syncTag(contextOf(path, seconds), path, 'v1', world)

    expect(await world.store.findTag(idOf(path), 'v1')).toMatchObject({ digest: last.digest, checkedAt: at(1) })
  })

  it('F4 of a tag that is gone already records nothing', async () => {
    const path = world.freshPath()
    await world.push({ repository: path, tag: 'other' })

    const result = await syncTag(contextOf(path), path, 'v1', world)

    expect(result).toMatchObject({ tagCount: 0, changes: 0 })
  })

  it('brings a tag back that was gone', async () => {
    const path = world.freshPath()
    await world.push({ repository: path, tag: 'v1' })
    await world.push({ repository: path, tag: 'v2' })
    await sync(path)
    await world.remove(path, 'v1')
    await syncTag(contextOf(path, 10), path, 'v1', world)
    await world.push({ repository: path, tag: 'v1' })

    await syncTag(contextOf(path, 20), path, 'v1', world)

    expect(await tagsOf(path)).toEqual(['v1', 'v2'])
  })

  it('costs the same in a large repository as in a small one', async () => {
    const path = world.freshPath()
    for (let count = 0; count < 12; count++) await world.push({ repository: path, tag: `v${count}` })
    await sync(path)
    await world.push({ repository: path, tag: 'new' })
    world.requests.length = 0

    await syncTag(contextOf(path, 60), path, 'new', world)

    expect(world.requests.length).toBeLessThanOrEqual(6)
    expect(world.requests.some(request => request.path.includes('/tags/list'))).toBe(false)
  })
})

it('105 knows the bytes that a repository holds, a layer that images share once', async () => {
  const path = world.freshPath()
  await world.push({ repository: path, tag: 'v1', seed: 'same' })
  const alone = await sync(path)
  await world.push({ repository: path, tag: 'v2', seed: 'same' })
  await world.push({ repository: path, tag: 'v3', seed: 'other' })

  const { storedBytes = 0 } = await sync(path)

  const images = await world.store.listImages(idOf(path))
  const blobs = new Map(images.flatMap(image => (image.blobs ?? []).map(blob => [blob.digest, blob.sizeBytes])))
  expect(storedBytes).toBe([...blobs.values()].reduce((sum, bytes) => sum + bytes, 0))
  expect(storedBytes).toBeGreaterThan(alone.storedBytes ?? 0)
})
