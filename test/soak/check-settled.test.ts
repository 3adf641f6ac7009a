import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkSettled } from './check-settled.ts'
import { type Estate, startEstate } from './estate.ts'
import { bookOf } from './model.ts'
import type { RepositoryBook } from './registry-book.ts'
import { push } from './registry-people.ts'
import { createWorld } from './round.ts'
import { createVirtualClock } from './virtual-clock.ts'
import type { World } from './world.ts'

const tag = 'v0.0.1'
const path = 'team/app-12'
const yearSeconds = 365 * 86_400
const registryRef = { name: 'registry' }

let estate: Estate
let world: World
let book: RepositoryBook

/** An old image that a policy without mercy covers by its tag, and that no sweep has deleted. */
beforeEach(async () => {
  estate = await startEstate(createVirtualClock())
  world = createWorld({ seed: 'settled' }, estate)
  book = bookOf(world, path) as RepositoryBook
  const rules = { gracePeriod: '1m', targets: ['RegistryArtifact'], maxDeletionsPerRun: 9, maxDeletionPercent: 100 }
  estate.clusters[0].put('ImageCleanupPolicy', 'cleanup', { ...rules, keepRecent: 0 })
  estate.clusters[0].put('Repository', 'app', { repository: path, tag, registryRef })
  await push(world, book, { tag, seed: 'old' })
  await world.pipeline.syncWhole(book)
  estate.clock.pass(yearSeconds)
})

afterEach(() => estate.close())

it('asks for an image that a policy wants gone and that is there', async () => {
  await expect(checkSettled(world, book, new Set())).rejects.toThrow(/is unwanted by eu-1\/team\/cleanup/)
})

it('asks neither for the image nor for its tag where somebody with standing tracks that', async () => {
  estate.clusters[0].put('Repository', 'theirs', { repository: path, tag, registryRef }, { namespace: 'bank' })

  await expect(checkSettled(world, book, new Set())).resolves.toBeUndefined()
})

it('objects to a tag that is recorded as unreadable though it can be read', async () => {
  const unread = {
    repository: book.id,
    tag: 'not a tag',
    unreadable: 'no name of a tag',
    firstSeenAt: estate.clock.now(),
  }
  estate.store.listUnreadTags = async () => [unread]

  await expect(checkSettled(world, book, new Set())).rejects.toThrow(/not a tag is recorded as unreadable/)
})
