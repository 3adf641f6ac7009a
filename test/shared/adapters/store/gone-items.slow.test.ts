import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDynamoStore } from '../../../../shared/adapters/store/dynamo-store.ts'
import * as keys from '../../../../shared/adapters/store/keys.ts'
import { createTableClient, type Item, type TableClient } from '../../../../shared/adapters/store/table-client.ts'
import type { ImageRecord, TagRecord } from '../../../../shared/domain/records/images.ts'
import type { UnreadableRecordError } from '../../../../shared/errors.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createKillPoint } from '../../../support/memory-platform.ts'
import { at, digestOf, entryOf, freshId, imageDraft, tagDraft } from '../../../support/records.ts'
import { removeExpired } from '../../../support/remove-expired.ts'
import { isThorough } from '../../../support/thoroughness.ts'

let local: LocalStore
let table: TableClient
beforeAll(async () => {
  local = await startInProcessStore()
  table = createTableClient(local.client, local.tableName)
})
afterAll(() => local.close())

const day = 86_400
const later = at(9 * day)
const digestAt = (repository: string, place: number) => digestOf(`${repository} ${place}`)

/** Of a policy of its own, each at its second; tags every second one. */
async function startGone(
  seconds: readonly number[],
  { lastsSeconds = 59, ...rest }: { readonly lastsSeconds?: number; readonly [laterField: string]: unknown } = {},
) {
  const { store } = local
  const repository = freshId()
  const policy = `eu-1/${repository.replaceAll('/', '-')}/cleanup`
  const drafts = seconds.map((second, place) => {
    const digest = digestAt(repository, place)
    const told = { digest, action: 'deleted' as const, actor: `policy ${policy}`, runId: 'run' }
    const change = entryOf(`${repository} ${place}`, second, {
      ...told,
      begun: beginOf(repository, place, second - (place % 2) * lastsSeconds),
    })
    return { ...imageDraft(repository, { digest, goneAt: at(second), change }), ...rest }
  })
  const images: ImageRecord[] = []
  for (const draft of drafts) images.push(await store.saveImage(draft, undefined))
  const found = async () => ({
    images: (
      await store.findImages(
        repository,
        images.map(one => one.digest),
      )
    ).toSorted(byDigest),
    changes: (await store.listPolicyChanges(policy, at(0), later)).map(one => [one.id, one.at, one.action]),
    ofDays: (await store.listChanges(at(0), later)).filter(one => one.repository === repository).length,
    history: await Promise.all(images.map(one => store.listHistory(repository, one.digest))),
  })
  return { store, repository, policy, images, found }
}

const beginOf = (repository: string, place: number, second: number) => ({
  id: `${repository} ${place} begun`,
  at: at(second),
})
const byDigest = (a: ImageRecord, b: ImageRecord): number => (a.digest < b.digest ? -1 : 1)

it('takes a kilobyte for a tag and its image, and no index has more of them than a key of all', async () => {
  const { repository, images, policy } = await startGone(
    Array.from({ length: 25 }, (_, place) => 60 + place),
    { lastsSeconds: 1 },
  )
  const tags: TagRecord[] = []
  for (const { digest, change } of images) {
    const tag = `1.0.${tags.length}`
    const own = entryOf(`${change.id} tag`, 60, { ...change, id: `${change.id} tag`, tag })
    tags.push(await local.store.saveTag(tagDraft(repository, { tag, digest, goneAt: at(60), change: own }), undefined))
  }

  await local.store.putAwayTags(tags, later)
  await local.store.putAwayImages(images, later)
  await removeExpired(local, later)

  const items = await table.queryItems(`ENDED#${repository}`, '')
  const listed = await table.queryIndex('byActor', keys.actorPartition(`policy ${policy}`))
  expect(items.length).toBeLessThanOrEqual(50 + 4)
  expect(listed.length).toBeLessThanOrEqual(4)
  expect(Object.keys(listed[0] ?? {}).toSorted()).toEqual(['actorPk', 'actorSk', 'pk', 'sk'])
  expect(bytesOf([...items, ...listed, ...listed]) / 25).toBeLessThan(1024)
})

const bytesOf = (items: readonly Item[]): number =>
  items
    .flatMap(item => Object.entries(item))
    .reduce(
      (sum, [name, value]) => sum + name.length + (value instanceof Uint8Array ? value.length : `${value}`.length),
      0,
    )

it('is found as it was where the put-away is killed after any of its calls, and each entry once', async () => {
  const seconds = [60, 61, 62, 3 * day]
  let [calls, killed] = [Number.POSITIVE_INFINITY, 0]
  for (let last = 1; last <= calls; last++) {
    const { images, found, repository, store } = await startGone(seconds)
    const before = await found()
    const kill = createKillPoint(last)
    const client = local.connect()
    client.middlewareStack.add(next => kill.wrap({ request: next }).request, { step: 'build', name: 'kill' })

    const dying = createDynamoStore(client, local.tableName).putAwayImages(images, later)
    killed += await dying.then(() => 0).catch(() => 1)
    await removeExpired(local, later)
    const between = await found()
    await store.putAwayImages(await store.listImages(repository), later)
    await removeExpired(local, later)

    expect(between).toEqual(before)
    expect(await found()).toEqual(before)
    expect(await store.listImages(repository)).toEqual([])
    calls = Math.min(calls, kill.calls < last ? last : Number.POSITIVE_INFINITY)
  }
  expect(killed).toBeGreaterThan(4)
})

it('is told of in every stretch of time as before', async () => {
  const second = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 2 * day - 90, max: 2 * day + 90 }))
  await fc.assert(
    fc.asyncProperty(fc.array(second, { minLength: 1, maxLength: 8 }), second, second, async (seconds, from, to) => {
      const { images, store, policy } = await startGone(seconds)
      const told = () => store.listPolicyChanges(policy, at(from), at(to))
      const before = await told()

      await store.putAwayImages(images, later)
      const leaving = await told()
      await removeExpired(local, later)

      expect(leaving).toEqual(before)
      expect(await told()).toEqual(before)
    }),
    { numRuns: isThorough ? 300 : 25 },
  )
})

/** As 0.2.0 put it away: the item as it stood, in another partition. */
async function putAwayBefore(repository: string, images: readonly ImageRecord[]): Promise<void> {
  const own = images.map(({ digest }) => keys.imageKey(repository, digest))
  const items = await table.getItems(own, true)
  await table.putItems(items.map(item => ({ ...item, ...keys.goneBeforeKey(keyOf(item)), expiresAtSeconds: 4e9 })))
  await table.deleteItems(own)
}
const keyOf = ({ pk, sk }: Item): keys.Key => ({ pk: String(pk), sk: String(sk) })

it('is found where 0.2.0 put it away, beside what was put away since', async () => {
  const { images, found, store, repository } = await startGone([60, 61, 62])
  const before = await found()

  await putAwayBefore(repository, images.slice(0, 2))
  await store.putAwayImages(images.slice(2), later)
  await removeExpired(local, later)

  expect(await found()).toEqual(before)
  const listed = await store.listGoneImages(repository)
  expect(listed).toEqual(images.toSorted(byDigest))
  expect(await store.listGoneImages(repository, { limit: 2 })).toEqual(listed.slice(0, 2))
  expect(await store.listGoneImages(repository, { after: listed[0]?.digest ?? '' })).toEqual(listed.slice(1))
})

it('is found by its later end where both versions put it away', async () => {
  for (const isOurs of [true, false]) {
    const { images, store, repository } = await startGone([60])
    const put = [
      () => putAwayBefore(repository, images),
      async () => {
        await store.putAwayImages(images, later)
        await removeExpired(local, later)
      },
    ]
    await put[isOurs ? 0 : 1]?.()
    const [known] = await store.findImages(repository, [digestAt(repository, 0)])
    const change = entryOf(`${repository} again`, 600, { digest: digestAt(repository, 0), action: 'deleted' })
    const again = await store.saveImage({ ...(known as ImageRecord), goneAt: at(600), change }, known)
    images.splice(0, 1, again)

    await put[isOurs ? 1 : 0]?.()

    expect(await store.findImage(repository, again.digest)).toEqual(again)
    expect(await store.findGoneImages(repository, [again.digest])).toEqual([again])
    expect(await store.listGoneImages(repository)).toEqual([again])
  }
})

it('keeps what only a later version could have written', async () => {
  const { images, found, store } = await startGone([60, 61], { laterBytes: Uint8Array.of(1, 2) })
  const before = await found()

  await store.putAwayImages(images, later)
  await removeExpired(local, later)

  expect(before.images).toMatchObject([{ laterBytes: Uint8Array.of(1, 2) }, {}])
  expect(await found()).toEqual(before)
})

it('says of which entries it cannot read that there were some, and when, and reads all others', async () => {
  const { images, store, repository, policy } = await startGone([60, 3 * day])
  await store.putAwayImages(images, later)
  await removeExpired(local, later)
  const [torn] = (await table.queryItems(`ENDED#${repository}`, 'ENTRIES#')).filter(
    item => String(item.timeSk) < at(day).toISOString(),
  )
  await table.putItem({ ...torn, packed: Uint8Array.of(9) })
  const heard: UnreadableRecordError[] = []
  const reading = createDynamoStore(local.client, local.tableName, error => heard.push(error))

  const changes = await reading.listPolicyChanges(policy, at(0), later)

  expect(changes.map(one => [one.action, one.at])).toEqual([
    ['unreadable', at(60)],
    ['deletion-started', at(3 * day - 59)],
    ['deleted', at(3 * day)],
  ])
  expect(heard.map(({ key }) => key)).toEqual([`ENDED#${repository} ${torn?.sk}`])
})

it('says which record it cannot read, and leaves it out where it is looked for by name', async () => {
  const { images, store, repository } = await startGone([60, 61])
  await store.putAwayImages(images, later)
  await removeExpired(local, later)
  const key = keys.goneKey(keys.imageKey(repository, digestAt(repository, 0)))
  await table.putItem({ ...key, packed: Uint8Array.of(9), expiresAtSeconds: 4e9 })

  const named = await store.findGoneImages(
    repository,
    [0, 1].map(place => digestAt(repository, place)),
  )

  expect(named).toEqual(images.slice(1))
  await expect(store.findImage(repository, digestAt(repository, 0))).rejects.toThrow(`${key.pk} ${key.sk}`)
})
