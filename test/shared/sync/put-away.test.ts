import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import { beginning, inOneGo, type Slice } from '../../../shared/sync/slice.ts'
import { syncRepository, syncTag } from '../../../shared/sync/sync-repository.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { at, syncContext } from '../../support/records.ts'
import { removeExpired } from '../../support/remove-expired.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const hours = (count: number): number => count * 3600
/** All at once, and as a repository is read that is too large for that. */
const ways: readonly [string, Slice][] = [
  ['at once', inOneGo],
  ['in slices', { ...inOneGo, from: beginning }],
]

/** `v1` is an index and went at the first hour, `v2` stays. */
async function start(slice: Slice) {
  const path = world.freshPath()
  const id = `${world.host}/${path}`
  const sync = (seconds: number) => syncRepository(syncContext(id, at(seconds)), path, world, slice)
  const push = () => world.push({ repository: path, tag: 'v1', seed: path, platforms: ['linux/amd64', 'linux/arm64'] })
  const index = await push()
  await world.push({ repository: path, tag: 'v2', seed: 'other' })
  await sync(0)
  for (const { digest } of [index, ...index.children]) await world.remove(path, digest)
  await sync(hours(1))
  const listed = async () => {
    const [tags, images] = await Promise.all([world.store.listTags(id), world.store.listImages(id)])
    return [tags.length, images.length]
  }
  return { path, id, index, sync, push, listed }
}

describe.each(ways)('a sync that reads a repository %s', (_, slice) => {
  it('puts away what has been gone for more than an hour, with its images', async () => {
    const { id, index, sync, listed } = await start(slice)
    const before = await listed()

    await sync(hours(1.5))
    await removeExpired(world.table, at(hours(2)))
    const soon = await listed()
    await sync(hours(3))
    await removeExpired(world.table, at(hours(3)))

    expect([before, soon, await listed()]).toEqual([
      [2, 4],
      [2, 4],
      [1, 1],
    ])
    expect(await world.store.findTag(id, 'v1')).toMatchObject({ digest: index.digest, goneAt: at(hours(1)) })
    expect(await world.store.findImage(id, index.digest)).toMatchObject({ goneAt: at(hours(1)) })
  })

  it('knows what comes back as what it was', async () => {
    const { id, index, sync, push, listed } = await start(slice)
    await sync(hours(3))
    await removeExpired(world.table, at(hours(3)))
    await push()

    await sync(hours(4))

    expect(await listed()).toEqual([2, 4])
    expect(await world.store.findTag(id, 'v1')).toMatchObject({ firstSeenAt: at(0) })
    for (const { digest } of [index, ...index.children]) {
      const image = await world.store.findImage(id, digest)
      expect(image).toMatchObject({ firstSeenAt: at(0), change: { reason: 'the registry holds it again' } })
      expect(image).not.toHaveProperty('goneAt')
    }
  })
})

it('a hint knows what comes back as what it was', async () => {
  const { path, id, index, sync, push } = await start(inOneGo)
  await sync(hours(3))
  await removeExpired(world.table, at(hours(3)))
  await push()

  await syncTag(syncContext(id, at(hours(4))), path, 'v1', world)

  expect(await world.store.findTag(id, 'v1')).toMatchObject({ firstSeenAt: at(0) })
  expect(await world.store.findImage(id, index.digest)).toMatchObject({ firstSeenAt: at(0) })
})

it('a first sync asks in one call whether any of its images was put away', async () => {
  const path = world.freshPath()
  for (const tag of ['v1', 'v2', 'v3', 'v4']) await world.push({ repository: path, tag, seed: `${path}:${tag}` })
  const asked: number[] = []
  const store = {
    ...world.store,
    findGoneImages: (id: string, digests: readonly Digest[]) => {
      asked.push(digests.length)
      return world.store.findGoneImages(id, digests)
    },
  }

  await syncRepository(syncContext(`${world.host}/${path}`, at(0)), path, { ...world, store })

  expect(asked).toEqual([4])
})
