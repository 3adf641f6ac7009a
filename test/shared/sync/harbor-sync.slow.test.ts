import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saveFacts } from '../../../shared/sync/save-sync.ts'
import { syncRepository, syncTag } from '../../../shared/sync/sync-repository.ts'
import { seedArtifact, seedSignature } from '../../support/harbor/seeded.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at, syncContext } from '../../support/records.ts'
import { pullsOf, startHarbor } from '../adapters/registry/harbor/harbor-world.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

let paths = 0
async function startSync() {
  const harbor = await startHarbor()
  paths += 1
  const path = `team/app-${paths}`
  const id = `${harbor.host}/${path}`
  const sync = async (seconds: number) => {
    harbor.requests.length = 0
    const { store } = local
    return syncRepository(syncContext(id, at(seconds)), path, { store, reader: harbor.reader })
  }
  return { ...harbor, path, id, sync, store: local.store }
}

const day = 86_400

describe('a sync of Harbor', () => {
  it('costs a request for each hundred artifacts, the first time and each time after', async () => {
    const { database, path, sync, requests } = await startSync()
    for (let number = 0; number < 1000; number++) seedArtifact(database, path, `v${number}`, `${number}`)

    const first = await sync(0)
    const [ofFirst, pulls] = [requests.length, pullsOf(requests)]
    const second = await sync(day)

    expect([first.tagCount, second.changes]).toEqual([1000, 0])
    // Ten pages, the first once more, and the quota.
    expect([ofFirst, requests.length, pulls, pullsOf(requests)]).toEqual([12, 12, 0, 0])
  })

  it('records times from the first one on, and a promotion as a use', async () => {
    const { database, id, path, state, store, sync } = await startSync()
    state.now = () => at(-40 * day)
    const digest = seedArtifact(database, path, 'v1', 'v1')
    state.now = () => at(-2 * day)
    seedArtifact(database, path, 'prod', 'v1')
    database.get(path, digest).pulledAt = at(-3 * day)

    await sync(0)

    const image = await store.findImage(id, digest)
    expect(image).toMatchObject({ pushedAt: { at: at(-40 * day), source: 'registry' }, pulledAt: at(-3 * day) })
    expect(image?.ownReadAt).toBeUndefined()
    expect(await store.findTag(id, 'prod')).toMatchObject({ movedAt: at(-2 * day) })
    expect(await store.findTag(id, 'v1')).not.toHaveProperty('movedAt')
  })

  it('knows a signature by what it signs, and asks for none that it knows', async () => {
    const { database, id, path, store, sync, requests } = await startSync()
    const subjects = ['a', 'b', 'c'].map(tag => seedArtifact(database, path, tag, tag))
    const signatures = subjects.map(digest => seedSignature(database, path, digest))

    await sync(0)
    const late = seedSignature(database, path, seedArtifact(database, path, 'd', 'd'))
    await sync(day)
    const third = await sync(2 * day)

    for (const digest of [...signatures, late]) expect((await store.findImage(id, digest))?.subject).toBeDefined()
    expect(third.changes).toBe(0)
    expect(requests.map(request => request.path.split('?')[0]?.split('/').at(-1))).toEqual([
      'artifacts',
      'list',
      'summary',
    ])
  })

  it('of one tag that a hint names hands no manifest out', async () => {
    const { database, id, path, reader, store, requests } = await startSync()
    const digest = seedArtifact(database, path, 'v1', 'v1')

    await syncTag(syncContext(id, at(0)), path, 'v1', { store, reader })

    expect((await store.findImage(id, digest))?.mediaType).toBe('application/vnd.oci.image.manifest.v1+json')
    expect(pullsOf(requests)).toBe(0)
  })

  it('that had to do without the list says what it does not know', async () => {
    const { database, path, state, sync, reader } = await startSync()
    seedArtifact(database, path, 'v1', 'v1')
    state.rights = []
    state.answer = ({ path: asked }) =>
      asked.includes('/tags/list') ? { status: 200, body: { name: path, tags: [] } } : undefined

    const { note } = await sync(0)

    expect(note).toContain('push and pull times are not known')
    expect((await reader.listRepository(path)).note).toBe(note)
  })
})

describe('the quota of a project', () => {
  const quotaOf = (usedBytes: number) => ({ scope: 'team', usedBytes, capacityBytes: 1000 })

  it('is recorded, and written again only where a hundredth of it has changed', async () => {
    const { store, id, path, host } = await startSync()
    const save = async (usedBytes: number) => {
      const result = { tagCount: 1, changes: 0, hasRead: true, quota: quotaOf(usedBytes) }
      const where = { registry: host, repository: path }
      await saveFacts(where, await store.findRepository(id), result, at(0), store)
      return (await store.findRepository(id))?.quota?.usedBytes
    }

    expect([await save(100), await save(105), await save(120)]).toEqual([100, 100, 120])
  })
})
