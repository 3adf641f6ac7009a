import { randomUUID } from 'node:crypto'
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { itemCodec } from '../../../../shared/adapters/store/items.ts'
import * as keys from '../../../../shared/adapters/store/keys.ts'
import { imagePacking } from '../../../../shared/adapters/store/packed-images.ts'
import { createTableClient, type TableClient } from '../../../../shared/adapters/store/table-client.ts'
import { versionedRecords } from '../../../../shared/adapters/store/versioned-records.ts'
import { Transition } from '../../../../shared/domain/lifecycle/transition.ts'
import { deletionBegun, found, marked } from '../../../../shared/domain/lifecycle/transitions.ts'
import { type ImageRecord, imageRecord } from '../../../../shared/domain/records/images.ts'
import { sizeOf } from '../../../bench/cost/items.ts'
import { storeOfYesterday } from '../../../soak/yesterday-store.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { at, digestOf, entryOf, freshId, imageDraft } from '../../../support/records.ts'

let local: LocalStore
let table: TableClient
beforeAll(async () => {
  local = await startInProcessStore()
  table = createTableClient(local.client, local.tableName)
})
afterAll(() => local.close())

const codec = itemCodec(imageRecord, imagePacking)
const layers = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ digest: digestOf(`layer ${place}`), sizeBytes: 1_000_000 + place }))
const policy = 'eu-1/team-1/cleanup'
const facts = ['226th newest of 250 versions', 'pushed 2026-01-01T00:00:00Z (first-seen)', 'no workload refers to it']
const words = { reason: 'not among the newest 225 versions of its repository', facts }
const mark = {
  policy,
  policyHash: digestOf('policy').slice('sha256:'.length),
  runId: 'run',
  markedAt: at(0),
  deleteAfter: at(60),
  ...words,
}
const markedFor = { policyUid: randomUUID(), namespaceUid: randomUUID() }
const markedEntry = entryOf('m', 0, { actor: `policy ${policy}`, action: 'marked', runId: 'run', ...words })

const size = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 127, 128, 2 ** 32, Number.MAX_SAFE_INTEGER))
const plainBlob = fc.record({ digest: fc.string().map(digestOf), sizeBytes: size })
/** As another version may have written them. */
const oddBlob = fc.oneof(
  plainBlob,
  fc.record({ digest: fc.constant(`sha512:${'a'.repeat(128)}`), sizeBytes: size }),
  fc.record({ digest: fc.string().map(digestOf), sizeBytes: fc.oneof(fc.constant(-1), fc.double({ noNaN: true })) }),
  plainBlob.map(blob => ({ ...blob, laterHere: 1 })),
)
const someHash = fc.oneof(
  fc.string().map(text => digestOf(text).slice(7)),
  fc.constantFrom('', 'hash', 'A'.repeat(64)),
)
const someWords = fc.record({
  policyHash: someHash,
  reason: fc.constantFrom('', 'a', 'b'),
  facts: fc.array(fc.constantFrom('x', 'y')),
})
const uid = fc.oneof(fc.uuid(), fc.constantFrom('', 'FF', 'uid-1', randomUUID().toUpperCase()))
const owner = fc.oneof(
  fc.record({ policyUid: uid, namespaceUid: uid }),
  fc.record({ policyUid: fc.uuid(), namespaceUid: fc.uuid(), laterHere: fc.nat() }),
)
const action = fc.constantFrom('marked' as const, 'deletion-started' as const, 'used' as const)

it('unpacks what it packed, however many blobs of whatever kind there are, and whatever mark and entry say', () => {
  fc.assert(
    fc.property(
      fc.array(oddBlob),
      fc.option(someWords),
      someWords,
      action,
      owner,
      (blobs, ofMark, ofEntry, action, markedFor) => {
        const attributes = {
          blobs,
          ...(ofMark && { mark: { policy, ...ofMark } }),
          change: { ...ofEntry, id: 'a', action },
          markedFor,
        }

        expect(imagePacking.unpack(imagePacking.pack(attributes))).toEqual(attributes)
      },
    ),
  )
})

it('reads every image back from the table as it was saved', async () => {
  const { store } = local
  await fc.assert(
    fc.asyncProperty(fc.array(plainBlob, { maxLength: 30 }), fc.boolean(), async (blobs, isMarked) => {
      const draft = imageDraft(freshId(), { blobs, ...(isMarked && { mark, markedFor, change: markedEntry }) })
      const saved = await store.saveImage(draft, undefined)

      expect(await store.findImage(draft.repository, draft.digest)).toEqual(saved)
      expect(saved).toEqual({ ...draft, number: 1 })
    }),
    { numRuns: 30 },
  )
})

it.each([
  ['no bytes', 'text'],
  ['no bytes at all', new Uint8Array()],
  ['words that it does not know', Uint8Array.of(128)],
  ['half a uid', Uint8Array.of(4, ...new Uint8Array(31))],
  ['half a hash', Uint8Array.of(8, ...new Uint8Array(31))],
  ['half a digest', Uint8Array.of(0, 1, 2, 3)],
  ['a digest without a size', new Uint8Array(33)],
  ['a size without an end', Uint8Array.of(...new Uint8Array(33), 255, 255)],
  ['a size above all others', Uint8Array.of(...new Uint8Array(33), ...Array(12).fill(255), 1)],
])('F39 takes %s for an image that cannot be read, and guesses nothing', (_, packed) => {
  const item = codec.toAttributes({ ...imageDraft('r', { blobs: layers(3) }), number: 1 })

  expect(() => codec.fromItem({ pk: 'REPO#r', sk: 'IMAGE#d', ...item, packed })).toThrow(
    'record REPO#r IMAGE#d cannot be read: packed: expected',
  )
})

it('reads images as versions before wrote them, and lists them beside its own', async () => {
  const repository = freshId()
  const blobs = layers(12)
  const old = await unknowing().save(imageDraft(repository, { blobs, mark, markedFor, change: markedEntry }), undefined)
  const own = await local.store.saveImage(imageDraft(repository, { digest: digestOf('two'), blobs }), undefined)

  const listed = await local.store.listImages(repository)

  expect(listed.toSorted((a, b) => (a.change.id < b.change.id ? -1 : 1))).toEqual([own, old])
})

/** Images as code stores them that knows nothing of packing. */
const unknowing = () =>
  versionedRecords<typeof imageRecord, ImageRecord>(
    table,
    imageRecord,
    record => keys.imageKey(record.repository, record.digest),
    { onUnreadable: () => undefined },
  )

it('F40 shows a version that knows nothing of it the config, by which a workload may name the image', async () => {
  const repository = freshId()
  const blobs = layers(12)
  await local.store.saveImage(imageDraft(repository, { blobs, mark, markedFor, change: markedEntry }), undefined)

  const seen = await storeOfYesterday(local.client, local.tableName).findImage(repository, digestOf('one'))

  expect(seen?.blobs).toEqual(blobs.slice(0, 1))
  expect(seen?.mark).toMatchObject({ policy, deleteAfter: mark.deleteAfter })
})

it('F40 knows all layers again after a version that knew nothing of them has written, and takes its words', async () => {
  const repository = freshId()
  const blobs = layers(12)
  const saved = await local.store.saveImage(
    imageDraft(repository, { blobs, mark, markedFor, change: markedEntry }),
    undefined,
  )
  const images = unknowing()
  const key = keys.imageKey(repository, saved.digest)

  const read = (await images.find(key)) as ImageRecord
  await images.save({ ...read, change: entryOf('p', 1, { action: 'image-refreshed', reason: 'pulled' }) }, read)
  const refreshed = await local.store.findImage(repository, saved.digest)
  const again = (await images.find(key)) as ImageRecord
  const theirs = { reason: 'theirs', facts: ['one'] }
  await images.save({ ...again, mark: { ...mark, ...theirs }, change: { ...markedEntry, id: 'n', ...theirs } }, again)

  expect(refreshed?.blobs).toEqual(blobs)
  expect(refreshed).toMatchObject({ mark: { reason: '' }, markedFor })
  expect(await local.store.findImage(repository, saved.digest)).toMatchObject({ blobs, mark: theirs })
})

it('keeps the item of an image of twelve layers within two units of write, from its first sight to its end', async () => {
  const repository = 'registry.example.com/team-1/app-00000'
  const image = { ...imageDraft(repository, imageOfTwelveLayers), number: 1 }
  const why = {
    id: '0b5c2d3e-1c2d-4e5f-8a9b-0c1d2e3f4a5b',
    actor: `policy ${policy}`,
    runId: 'run',
    isUsed: false,
    ...words,
  }
  const owner = { policyUid: why.id, namespaceUid: why.id }
  const runId = '20260101T020000Z-scheduled'
  const recorded = stepOf(found(undefined, image, { ...why, actor: 'sync', facts: [] }, at(0)))
  const withMark = stepOf(marked(recorded, { ...mark, runId }, { ...why, runId, markedFor: owner }, at(1)))
  const begun = stepOf(deletionBegun(withMark, { tags: ['1.0.0-rc.1'], ownReadAt: at(2) }, { ...why, runId }, at(2)))

  const bytes = await Promise.all([recorded, withMark, begun].map(itemBytes))

  for (const one of bytes) {
    expect(one).toBeGreaterThan(1024)
    expect(one).toBeLessThanOrEqual(2048)
  }
})

const imageOfTwelveLayers: Partial<ImageRecord> = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  sizeBytes: 12_000_300,
  blobs: layers(13),
  createdAt: at(0),
  platform: { os: 'linux', architecture: 'amd64' },
  seenBy: 'eu-1/0b5c2d3e-1c2d-4e5f-8a9b-0c1d2e3f4a5b',
}

function stepOf(outcome: object): ImageRecord {
  if (!(outcome instanceof Transition)) throw new Error(`expected a transition, got ${JSON.stringify(outcome)}`)
  return { ...outcome.draft, number: 1 }
}

/** As the table has it; each of them alone, so that none takes the place of another. */
async function itemBytes(record: ImageRecord, place: number): Promise<number> {
  const { change, repository, digest } = record
  const { pk, sk } = { ...keys.imageKey(repository, digest), pk: `${keys.imageKey(repository, digest).pk}${place}` }
  const indexed = keys.changeIndexKeys(change.at, change.id, change.actor)
  await table.putItem({ pk, sk, ...codec.toAttributes(record), ...indexed })
  const get = new GetItemCommand({ TableName: local.tableName, Key: { pk: { S: pk }, sk: { S: sk } } })
  const { Item = {} } = await local.client.send(get)
  return Object.entries(Item).reduce((sum, [name, value]) => sum + sizeOf({ [name]: { ...value } }), 0)
}
