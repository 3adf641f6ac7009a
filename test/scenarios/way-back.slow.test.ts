import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type * as manifests from '../../shared/adapters/registry/manifest.ts'
import type * as dynamoStore from '../../shared/adapters/store/dynamo-store.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { putAwayGone } from '../../shared/records/put-away-gone.ts'
import type * as find from '../../shared/restore/find-deleted-image.ts'
import type * as restoring from '../../shared/restore/restore-repository.ts'
import type * as syncing from '../../shared/sync/sync-repository.ts'
import { type Errors, inWordsOf } from '../soak/in-words-of.ts'
import { earlierRelease } from '../support/earlier-release.ts'
import { type Loopback, startLoopback } from '../support/loopback.ts'
import { at } from '../support/records.ts'
import { removeExpired } from '../support/remove-expired.ts'
import { type RestoreFixture, sweptSigned } from '../support/restore-fixture.ts'

/** Of release 0.2.0, from its own sources. */
async function loadTheirs() {
  const load = (file: string) => import(join(earlierRelease('0.2.0'), 'shared', file))
  const { createDynamoStore }: typeof dynamoStore = await load('adapters/store/dynamo-store.ts')
  const { findDeletedImage }: typeof find = await load('restore/find-deleted-image.ts')
  const { restoreRepository }: typeof restoring = await load('restore/restore-repository.ts')
  const { syncRepository }: typeof syncing = await load('sync/sync-repository.ts')
  const { parseManifest }: typeof manifests = await load('adapters/registry/manifest.ts')
  const theirErrors: Errors = await load('errors.ts')
  return {
    createDynamoStore,
    findDeletedImage,
    restoreRepository,
    syncRepository,
    parseManifest,
    translated: inWordsOf(theirErrors),
  }
}

let world: Loopback
let theirs: Awaited<ReturnType<typeof loadTheirs>>
beforeAll(async () => {
  world = await startLoopback()
  theirs = await loadTheirs()
})
afterAll(() => world.close())

const day = 86_400
const policy = 'eu-1/team/cleanup'
const later = at(3 * day)

/** What this version swept and put away, as 0.2.0 meets it. */
async function putAwayWorld() {
  const swept = await sweptSigned(world)
  const { repository } = swept.fixture
  const records = { tags: await world.store.listTags(repository), images: await world.store.listImages(repository) }
  await putAwayGone(records, later, world.store)
  await removeExpired(world.table, at(4 * day))
  const unreadable: string[] = []
  const store = theirs.createDynamoStore(world.table.client, world.table.tableName, error =>
    unreadable.push(error.message),
  )
  return { ...swept, repository, store, unreadable }
}

type TheirStore = ReturnType<typeof dynamoStore.createDynamoStore>

const findBy = (reference: string, { repository, archive }: RestoreFixture, store: TheirStore) =>
  theirs.findDeletedImage(`${repository}${reference}`, {
    store,
    archive,
    canonicalHost: host => host,
    canonicalPath: (_: string, path: string) => path,
  })

async function restoreBy(digest: Digest, fixture: RestoreFixture, store: TheirStore) {
  return theirs.restoreRepository(
    await findBy(`@${digest}`, fixture, store),
    { actor: 'person alice', asked: 'asked for it' },
    {
      store,
      archive: theirs.translated(fixture.archive),
      layers: theirs.translated(fixture.layers),
      clusters: [theirs.translated(fixture.cluster)],
      writerFor: async () => theirs.translated(world.writer),
      parseManifest: theirs.parseManifest,
      now: () => later,
      sleep: async () => undefined,
    },
  )
}

describe('0.2.0 over a table in which this version put something away', () => {
  it('lists what is there, and syncs it', async () => {
    const { fixture, store, repository } = await putAwayWorld()
    const context = { repository, actor: 'sync', authority: 'none' as const, now: later, hinted: false }

    const synced = await theirs.syncRepository(context, fixture.path, {
      store,
      reader: theirs.translated(world.reader),
    })

    expect((await store.listTags(repository)).map(({ tag }) => tag)).toEqual(['v2'])
    expect((await store.listImages(repository)).filter(one => one.goneAt !== undefined)).toEqual([])
    expect(synced.changes).toBe(0)
  })

  it('does not know what became of it, and tells which entries it cannot read', async () => {
    const { store, repository, index, unreadable } = await putAwayWorld()
    const before = await world.store.listPolicyChanges(policy, at(0), later)

    const history = await store.listHistory(repository, index)
    const changes = await store.listPolicyChanges(policy, at(0), later)

    expect(before.filter(one => one.repository === repository && one.action === 'deleted').length).toBeGreaterThan(5)
    expect(changes.filter(one => one.repository === repository && one.action === 'deleted')).toEqual([])
    expect(history.map(({ action }) => action)).not.toContain('deleted')
    expect(await store.findImage(repository, index)).toBeUndefined()
    expect(await store.findTag(repository, 'v1')).toBeUndefined()
    expect(unreadable).toContainEqual(expect.stringContaining(`ENDED#${repository}`))
  })

  it('restores none of it by tag', async () => {
    const { fixture, store } = await putAwayWorld()

    await expect(findBy(':v1', fixture, store)).rejects.toThrow('nothing is known of it')
  })

  it('restores it by digest while its manifest is archived, and this version reads both', async () => {
    const { fixture, store, repository, index, sbom } = await putAwayWorld()
    await restoreBy(index, fixture, store)

    const [there, signed] = [
      await world.store.findImage(repository, index),
      await world.store.findImage(repository, sbom),
    ]
    const history = await world.store.listHistory(repository, index)

    expect(await fixture.tag('v1')).toBe(index)
    expect(there).toMatchObject({ digest: index, change: { action: 'restored', actor: 'person alice' } })
    expect(there?.goneAt).toBeUndefined()
    expect(signed).toMatchObject({ digest: sbom })
    expect(history.map(({ action }) => action)).toEqual(expect.arrayContaining(['deleted', 'restored']))
  })

  it('leaves to this version what it does not find', async () => {
    const { fixture, store, repository, index } = await putAwayWorld()
    const context = { repository, actor: 'sync', authority: 'none' as const, now: later, hinted: false }
    await theirs.syncRepository(context, fixture.path, { store, reader: theirs.translated(world.reader) })

    const found = await fixture.find(':v1')

    expect(found.roots).toEqual([{ digest: index, tag: 'v1' }])
    expect(await world.store.findImage(repository, index)).toMatchObject({ goneAt: expect.any(Date) })
  })
})
