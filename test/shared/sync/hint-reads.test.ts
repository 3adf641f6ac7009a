import { afterAll, beforeAll, expect, it } from 'vitest'
import { syncDigest, syncTag } from '../../../shared/sync/sync-repository.ts'
import { Counts } from '../../bench/cost/counts.ts'
import { storeOn } from '../../bench/cost/store-on-table.ts'
import { Table } from '../../bench/cost/table.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { at, syncContext } from '../../support/records.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const aRead = 1
const aMomentAgo = aRead / 2
/** What is new is looked for in its place, and in both where it may have been put away. */
const somethingNew = aRead + 2 * aMomentAgo
const unreadTags = aRead
const usage = aRead

/** A new image in a registry, and the read units of what a hint then does. */
async function start() {
  const counts = new Counts()
  const seed = { clusters: 1, teams: 1, repositories: 1, tagsEach: 1, objectsEach: 1, pods: 0 }
  const store = storeOn(new Table(counts, () => seed))
  const path = world.freshPath()
  const { digest } = await world.push({ repository: path, tag: 'v1' })
  const repository = `${world.host}/${path}`
  const unitsOf = async (read: (context: ReturnType<typeof syncContext>) => Promise<unknown>) => {
    await read(syncContext(repository, at(0)))
    return counts.take()['table.readUnits']
  }
  return { path, digest, repository, deps: { store, reader: world.reader }, unitsOf }
}

it('asks the table once for a new tag and for its image', async () => {
  const { path, digest, repository, deps, unitsOf } = await start()

  const units = await unitsOf(context => syncTag(context, path, 'v1', deps))

  expect(units).toBe(2 * somethingNew + unreadTags + usage)
  expect(await deps.store.findTag(repository, 'v1')).toMatchObject({ digest })
})

it('asks the table once for a new image that a hint names', async () => {
  const { path, digest, repository, deps, unitsOf } = await start()

  const units = await unitsOf(context => syncDigest(context, path, digest, deps))

  expect(units).toBe(somethingNew + usage)
  expect(await deps.store.findImage(repository, digest)).toMatchObject({ digest })
})
