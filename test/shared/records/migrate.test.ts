import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RepositoryRecord } from '../../../shared/domain/records/syncs.ts'
import { AccessDeniedError } from '../../../shared/errors.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { type MigrateDeps, migrateTable } from '../../../shared/records/migrate.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createKillPoint, KilledError } from '../../support/memory-platform.ts'
import { at, repositoryDraft } from '../../support/records.ts'

const old = (name: string) => `shelflife/pull/eu-1/team/${name}`
const others = ['shelflife/pull-secret-of-settings', 'shelflife/pull/eu-1/team/app/registry.example.com', 'ecr']

/** A table of its own with copies of credentials; pages have two items, so that there are several. */
async function startTable(local: LocalStore) {
  const secrets = new Set([...others, old('a'), old('b'), old('c'), old('unused')])
  const drafts = ['a', 'b', 'c', 'c'].map((name, place) =>
    repositoryDraft(`registry.example.com/team/${place}`, { credentialId: old(name) }),
  )
  const rest = others.map((credentialId, place) =>
    repositoryDraft(`registry.example.com/other/${place}`, { credentialId }),
  )
  for (const draft of [...drafts, ...rest]) await local.store.saveRepository(draft, undefined)
  const logged: string[] = []
  const note = (message: string) => void logged.push(message)
  const deps: MigrateDeps = {
    store: inPages(local.store),
    secrets: { deleteSecret: async id => void secrets.delete(id) },
    release: '1.0.0',
    now: () => at(0),
    log: { info: note, warn: note, error: note },
  }
  return { deps, secrets, logged }
}

const inPages = (store: Store): Store => ({
  ...store,
  scanRepositories: async cursor => {
    const { records } = await store.scanRepositories(undefined)
    const all: RepositoryRecord[] = records.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const from = Number(cursor ?? 0)
    return { records: all.slice(from, from + 2), ...(from + 2 < all.length && { next: String(from + 2) }) }
  },
})

const left = [...others, old('unused')]

let locals: LocalStore[]
const fresh = () => locals.pop() as LocalStore
beforeAll(async () => {
  locals = await Promise.all(Array.from({ length: 40 }, startInProcessStore))
})
afterAll(() => Promise.all(locals.map(local => local.close())))

it('deletes the copies of credentials that have no host, and nothing else, and is done with it', async () => {
  const local = fresh()
  const { deps, secrets } = await startTable(local)

  await migrateTable(deps)

  expect([...secrets].sort()).toEqual(left.toSorted())
  expect(await local.store.findTableRecord()).toEqual({ version: 1, writtenBy: '1.0.0', number: 4 })
})

it('costs one read once it is done', async () => {
  const { deps } = await startTable(fresh())
  await migrateTable(deps)
  const counted = createKillPoint()

  await migrateTable({ ...deps, store: counted.wrap(deps.store), secrets: counted.wrap(deps.secrets) })

  expect(counted.calls).toBe(1)
})

it('goes on where it was killed, whichever call was the last', async () => {
  const run = async (last: number) => {
    const { deps, secrets } = await startTable(fresh())
    const kill = createKillPoint(last)
    const killed = { ...deps, store: kill.wrap(deps.store), secrets: kill.wrap(deps.secrets) }
    await migrateTable(killed).catch(error => expect(error).toBeInstanceOf(KilledError))
    await migrateTable(deps)
    expect([...secrets].sort(), `killed at ${last}`).toEqual(left.toSorted())
    return kill.calls
  }

  const calls = await run(Number.POSITIVE_INFINITY)
  for (let last = 1; last <= calls; last++) await run(last)
})

it('ends with the time that a tick has for it, and the next one goes on', async () => {
  const local = fresh()
  const { deps, secrets } = await startTable(local)
  let seconds = 0
  const now = () => {
    seconds += 10
    return at(seconds)
  }
  const slow = { ...deps, now }

  await migrateTable(slow)
  const between = await local.store.findTableRecord()
  await migrateTable(slow)

  expect(between).toMatchObject({ version: 0, cursor: '4' })
  expect([...secrets].sort()).toEqual(left.toSorted())
})

it('is safe to run twice at once', async () => {
  const local = fresh()
  const { deps, secrets } = await startTable(local)

  await Promise.all([migrateTable(deps), migrateTable(deps)])
  await migrateTable(deps)

  expect([...secrets].sort()).toEqual(left.toSorted())
  expect(await local.store.findTableRecord()).toMatchObject({ version: 1 })
})

it('says that it cannot, and tries again', async () => {
  const { deps, secrets, logged } = await startTable(fresh())
  const deleteSecret = () => Promise.reject(new AccessDeniedError('the role lacks a right'))

  await migrateTable({ ...deps, secrets: { deleteSecret } })
  await migrateTable(deps)

  expect(logged).toEqual(['table not migrated: the next tick tries again', 'table migrated'])
  expect([...secrets].sort()).toEqual(left.toSorted())
})

it('F40 leaves a table of a later version as it is, and says so once', async () => {
  const local = fresh()
  const { deps, secrets, logged } = await startTable(local)
  const later = await local.store.saveTableRecord({ version: 7, writtenBy: '9.0.0' }, undefined)

  await migrateTable(deps)
  await migrateTable(deps)

  expect(logged).toHaveLength(1)
  expect(await local.store.findTableRecord()).toEqual(later)
  expect(secrets.size).toBe(7)
})
