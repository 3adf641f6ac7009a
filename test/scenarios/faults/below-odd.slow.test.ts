import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ociIndex, ociManifest } from '../../../shared/adapters/registry/media-types.ts'
import type { Digest } from '../../../shared/domain/digest.ts'
import { type FaultyLoopback, startFaultyLoopback } from '../../support/faulty-loopback.ts'
import { type OddEntry, sha, startOddShelf } from '../../support/odd-shelf.ts'
import { always } from '../../support/registry-faults.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'

let world: FaultyLoopback
beforeAll(async () => {
  world = await startFaultyLoopback()
})
afterAll(() => world.close())

const layer = sha('sha256', 'a layer')

const namesOf = (digests: readonly string[], size = -1): string =>
  JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests: digests.map(digest => ({ digest, size })) })

/**
 * A good index that nothing shows: under no tag, and asked for by nobody so far. What it holds has a tag of its own,
 * which a policy lets go.
 */
async function start() {
  const sweep = createSweepFixture(world)
  sweep.policy({ keepRecent: 0, keepTags: ['v4', 'v9'] })
  sweep.trackWhole()
  const shelf = startOddShelf(world, sweep.path)
  const seed = `${sweep.path} v0`
  const child = (await world.push({ repository: sweep.path, tag: 'v0', seed, platforms: ['linux/amd64'] })).digest
  const index = (await world.push({ repository: sweep.path, seed, platforms: ['linux/amd64', 'linux/arm64'] })).digest
  const other = (await world.push({ repository: sweep.path, tag: 'v1' })).digest
  await world.push({ repository: sweep.path, tag: 'v4' })
  const left = async () => ({
    index: await sweep.holds(index),
    child: await sweep.holds(child),
    v0: await sweep.tag('v0'),
    other: await sweep.holds(other),
  })
  return { sweep, shelf, index, child, left, whole: { index: true, child: true, v0: child, other: false } }
}

interface Odd {
  readonly tags: Readonly<Record<string, OddEntry>>
  /** Under no tag. */
  readonly held?: readonly OddEntry[]
}

const indexOf = (digests: readonly string[], size = -1): OddEntry => ({
  contentType: ociIndex,
  body: namesOf(digests, size),
})

const inSha512 = (entry: OddEntry): OddEntry => ({ ...entry, digest: sha('sha512', entry.body ?? '') })

const digestsOf = (entries: readonly OddEntry[]): string[] =>
  entries.map(({ digest, body = '' }) => digest ?? sha('sha256', body))

const under = (tag: string, size: number, ...held: OddEntry[]): Odd => ({
  tags: { [tag]: indexOf(digestsOf(held), size) },
  held,
})

/** In what the odd entry is odd, and how it comes to be kept. */
const entries: [string, (index: Digest) => Odd][] = [
  ['an index with a size below 0', index => ({ tags: { odd: indexOf([layer, index]) } })],
  ['a tag with a digest of sha512', index => ({ tags: { odd: inSha512(indexOf([index, layer], 1)) } })],
  ['an unreadable index in a good one', index => under('v9', 1, indexOf([index]))],
  ['an unreadable index in an unreadable one', index => under('odd', -1, indexOf([index]))],
  ['an index of sha512 in one of sha256', index => under('odd', 1, inSha512(indexOf([index], 1)))],
  [
    'an index of sha512 in one of sha512',
    index => {
      const inner = inSha512(indexOf([index], 1))
      return { tags: { odd: inSha512(indexOf(digestsOf([inner]), 1)) }, held: [inner] }
    },
  ],
]

describe.each(entries)('below %s', (_name, oddOf) => {
  const put = (shelf: ReturnType<typeof startOddShelf>, { tags, held = [] }: Odd) => {
    for (const entry of held) shelf.hold(entry)
    for (const [tag, entry] of Object.entries(tags)) shelf.put(tag, entry)
  }

  it('B28 I32 a good index that it names keeps what it holds', async () => {
    const { sweep, shelf, index, left, whole } = await start()
    put(shelf, oddOf(index))

    await sweep.sync()
    sweep.pass(3600)
    await sweep.sweep()

    expect(await left()).toEqual(whole)
  })

  it('B28 I32 so it does when it came after everything was read', async () => {
    const { sweep, shelf, index, left, whole } = await start()
    await sweep.sync()
    sweep.pass(3600)
    const request = await sweep.ripen()
    sweep.moments.onceBefore('listReferrers', async () => put(shelf, oddOf(index)))

    await sweep.execute(request)

    expect(await left()).toMatchObject({ ...whole, other: expect.any(Boolean) })
  })
})

it('B16 asks once a day for a child that the registry did not hold, since it may hold others', async () => {
  const { sweep, shelf, index, left, whole } = await start()
  shelf.put('v9', indexOf([index], 1))
  const stop = world.proxy.inject(always(({ path }) => path.endsWith(index), { kind: 'answer', status: 404 }))
  const asked = async () => {
    const before = world.proxy.requests.length
    await sweep.sync()
    return world.proxy.requests.slice(before).filter(({ path }) => path.endsWith(index)).length
  }
  expect(await asked()).toBe(1)
  expect(await asked()).toBe(0)
  stop()
  sweep.pass(25 * 3600)
  await sweep.sync()
  await sweep.sweep()

  expect(await left()).toEqual(whole)
})

it('is unreadable itself where it may not be read, below a good index, and costs its neighbours nothing', async () => {
  const { sweep, shelf, index, left } = await start()
  shelf.put('v9', indexOf([index], 1))
  const stop = world.proxy.inject(always(({ path }) => path.endsWith(index), { kind: 'answer', status: 403 }))
  await sweep.sync()
  sweep.pass(3600)
  await sweep.sweep()
  stop()

  expect((await world.store.listSyncs(sweep.repository))[0]?.lastOutcome).toMatchObject({ succeeded: true })
  expect(await sweep.image(index)).toHaveProperty('unreadable')
  expect((await left()).other).toBe(false)
})

it('asks for what an odd entry names once, and not at each sync', async () => {
  const { sweep, shelf, index } = await start()
  const body = namesOf([index, layer], 1)
  shelf.put('odd', { contentType: ociIndex, body: namesOf([index, layer]) })
  shelf.put('other', { contentType: ociIndex, body, digest: sha('sha512', body) })
  await sweep.sync()
  const before = world.proxy.requests.length
  await sweep.sync()

  const asked = world.proxy.requests.slice(before).map(({ path }) => path)
  expect(asked.filter(path => path.endsWith(layer) || path.endsWith(index))).toEqual([])
})

it('waits with every delete while the registry fails for what an odd tag names', async () => {
  const { sweep, shelf, index, left, whole } = await start()
  const body = namesOf([index], 1)
  shelf.put('odd', { contentType: ociIndex, body, digest: sha('sha512', body) })
  const stop = world.proxy.inject(always(({ path }) => path.endsWith(index), { kind: 'answer', status: 503 }))
  await sweep.sync()
  sweep.pass(3600)
  await sweep.sweep()
  stop()

  expect(await left()).toEqual({ ...whole, other: true })
  await sweep.sync()
  await sweep.sweep()
  expect(await left()).toEqual(whole)
})

const many = Array.from({ length: 50 }, (_, at) => sha('sha256', `layer ${at}`))
const outcomes = [
  ['503', { kind: 'answer', status: 503 }],
  ['403', { kind: 'answer', status: 403 }],
  ['a reset', { kind: 'reset' }],
] as const

it.each(outcomes)('costs its neighbours nothing where the registry answers %s for layers', async (_name, answer) => {
  const { sweep, shelf, index, left, whole } = await start()
  shelf.put('odd', { contentType: ociIndex, body: namesOf([...many, index]) })
  const isLayer = ({ path }: { path: string }) => many.some(digest => path.endsWith(digest))
  const stop = world.proxy.inject(always(isLayer, answer))
  await sweep.sync()
  const [sync] = await world.store.listSyncs(sweep.repository)
  sweep.pass(25 * 3600)
  await sweep.sync()
  await sweep.sweep()
  stop()

  expect(sync?.lastOutcome).toMatchObject({ succeeded: true })
  expect(await left()).toEqual(whole)
})

const sized = (count: number) => Array.from({ length: count }, (_, at) => ({ digest: sha('sha256', `${at}`), size: 1 }))
const large = [
  ['an index of 6,000 manifests', ociIndex, { manifests: sized(6_000) }, true],
  ['an artifact of 6,000 layers', ociManifest, { config: sized(1)[0], layers: sized(6_000) }, false],
  ['an artifact type of a megabyte', ociIndex, { manifests: [], artifactType: 'x'.repeat(1_000_000) }, false],
] as const

it.each(large)('B16 costs its neighbours nothing: %s', async (_name, mediaType, content, isUnreadable) => {
  const { sweep, shelf, left, whole } = await start()
  shelf.put('v4', { contentType: mediaType, body: JSON.stringify({ schemaVersion: 2, mediaType, ...content }) })

  await sweep.sync()
  sweep.pass(3600)
  await sweep.sweep()

  const digest = (await world.store.findTag(sweep.repository, 'v4'))?.digest as Digest
  const image = await sweep.image(digest)
  expect(image?.unreadable !== undefined).toBe(isUnreadable)
  expect(await sweep.tag('v4')).toBe(digest)
  expect((await left()).other).toBe(whole.other)
})
