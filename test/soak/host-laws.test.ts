import { afterEach, beforeEach, expect, it } from 'vitest'
import { installationCredential } from '../../shared/domain/sync-credential.ts'
import { type Estate, startEstate } from './estate.ts'
import { HostLaws } from './host-laws.ts'
import { isStalling } from './model.ts'
import type { RepositoryBook } from './registry-book.ts'
import { createWorld } from './round.ts'
import { createVirtualClock } from './virtual-clock.ts'
import type { World } from './world.ts'

let estate: Estate
let world: World
let laws: HostLaws
let book: RepositoryBook
let neighbour: RepositoryBook

beforeEach(async () => {
  estate = await startEstate(createVirtualClock())
  world = createWorld({ seed: 'laws' }, estate)
  laws = new HostLaws(() => world)
  const [first, second] = world.books.filter(isStalling)
  book = first as RepositoryBook
  neighbour = second as RepositoryBook
})

afterEach(() => estate.close())

const saveSync = async (failureCount: number) => {
  const previous = await estate.store.findSync(book.id, installationCredential)
  await estate.store.saveSync({ repository: book.id, credential: installationCredential, failureCount }, previous)
}

/** A sync that asks for one tag, which stalls while the faults say so. */
const syncOf = (one: RepositoryBook) =>
  laws.watchSync(one, installationCredential, async () => {
    const reader = laws.stalling(estate.stallingWriter, one.host, one.id)
    await reader.findTag(one.path, 'latest').catch(() => undefined)
    return 'failed'
  })

const objection = () => world.refused.first?.message

it('objects to a repository that is asked again within a minute after its host stalled at it', async () => {
  world.faults.stallsAfter = 0
  await syncOf(book)
  estate.clock.pass(30)

  await syncOf(neighbour)
  expect(objection()).toBeUndefined()
  await syncOf(book)
  expect(objection()).toMatch(/slow-20 was asked within a minute after its host had stalled at it/)
})

it('takes a repository to be asked again once the minute is over', async () => {
  world.faults.stallsAfter = 0
  await syncOf(book)
  estate.clock.pass(60)

  await syncOf(book)

  expect(objection()).toBeUndefined()
})

it('objects to a sync that is put off while its host is well', async () => {
  await laws.watchSync(book, installationCredential, async () => 'deferred')

  expect(objection()).toMatch(/deferred, and stalling.example.com is well/)
})

it('objects to a sync that is put off and counted as a failure', async () => {
  laws.sawTrouble(book.host)
  await saveSync(2)

  await laws.watchSync(book, installationCredential, async () => {
    await saveSync(3)
    return 'deferred'
  })

  expect(objection()).toMatch(/deferred, and counted as a failure/)
})

it('takes the failures with which a first record begins, since a version before may have counted them', async () => {
  laws.sawTrouble(book.host)

  await laws.watchSync(book, installationCredential, async () => {
    await saveSync(3)
    return 'deferred'
  })

  expect(objection()).toBeUndefined()
})
