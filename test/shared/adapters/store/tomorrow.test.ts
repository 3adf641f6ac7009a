import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import { itemCodec } from '../../../../shared/adapters/store/items.ts'
import * as keys from '../../../../shared/adapters/store/keys.ts'
import { createTableClient, type TableClient } from '../../../../shared/adapters/store/table-client.ts'
import { versionedRecords } from '../../../../shared/adapters/store/versioned-records.ts'
import { auditEntry } from '../../../../shared/domain/audit.ts'
import { isRefused } from '../../../../shared/domain/lifecycle/transition.ts'
import { used } from '../../../../shared/domain/lifecycle/transitions.ts'
import { imageRecord, mark } from '../../../../shared/domain/records/images.ts'
import { type UsageRecord, usageRecord } from '../../../../shared/domain/records/workloads.ts'
import { planUsageRecords } from '../../../../shared/domain/usage-records.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { at, entryOf, freshId, imageDraft, tagDraft, usageOf } from '../../../support/records.ts'

/** Values that a later version may write, as a table holds them. */
const value: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.uint8Array({ maxLength: 3 }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('any'), { maxKeys: 3 }),
  ),
})).any
const fields = fc.dictionary(fc.stringMatching(/^later[A-Z][a-z]{0,6}$/), value, { maxKeys: 4 })

/** The records of images as tomorrow's code writes them: fields and words that nobody knows today. */
const ofTomorrow = imageRecord.extend({
  laterTop: z.unknown().optional(),
  stage: z.string(),
  mark: mark.extend({ laterInMark: z.unknown().optional() }).exactOptional(),
  change: auditEntry.extend({ action: z.string(), laterInChange: z.unknown().optional() }),
})
type OfTomorrow = z.infer<typeof ofTomorrow> & { number: number }

let local: LocalStore
let table: TableClient
beforeAll(async () => {
  local = await startInProcessStore()
  table = createTableClient(local.client, local.tableName)
})
afterAll(() => local.close())

const tomorrowsImages = () =>
  versionedRecords<typeof ofTomorrow, OfTomorrow>(
    table,
    ofTomorrow,
    record => keys.imageKey(record.repository, record.digest),
    { onUnreadable: () => undefined },
  )

it('F38 keeps what it does not know, at the top and below, from a read to a write', () => {
  const codec = itemCodec(imageRecord)
  const today = { ...imageDraft('r'), number: 1 }

  fc.assert(
    fc.property(fields, fields, fields, (top, inEntry, inTime) => {
      const item = codec.toAttributes({
        ...top,
        ...today,
        change: { ...inEntry, ...today.change },
        pushedAt: { ...inTime, ...today.pushedAt },
      })
      expect(codec.toAttributes(codec.fromItem({ pk: 'x', sk: 'y', dayPk: 'z', ...item }))).toEqual(item)
    }),
  )
})

it('F40 hands a record of tomorrow back as tomorrow wrote it, but for what was changed today', async () => {
  const images = tomorrowsImages()
  await fc.assert(
    fc.asyncProperty(value, value, value, async (laterTop, laterInMark, laterInChange) => {
      const repository = freshId()
      const { change, ...rest } = imageDraft(repository, { stage: 'Cleanup' })
      const stamp = { policy: 'p', policyHash: 'h', runId: 'r', markedAt: at(0), deleteAfter: at(60), reason: '' }
      const written = await images.save(
        { ...rest, laterTop, change: { ...change, laterInChange }, mark: { ...stamp, facts: [], laterInMark } },
        undefined,
      )

      const read = await local.store.findImage(repository, written.digest)
      if (!read) throw new Error('expected an image')
      await local.store.saveImage({ ...read, pulledAt: at(5), change: entryOf('today', 5) }, read)

      const back = await images.find(keys.imageKey(repository, written.digest))
      expect(back).toEqual({ ...written, pulledAt: at(5), change: entryOf('today', 5), number: 2 })
    }),
    { numRuns: 50 },
  )
})

it('F38 carries over what it does not know where the draft is built anew', async () => {
  const repository = freshId()
  const { mark: _m, ...draft } = imageDraft(repository)
  await tomorrowsImages().save({ ...draft, laterTop: [1] }, undefined)
  const read = await local.store.findImage(repository, draft.digest)

  const saved = await local.store.saveImage(imageDraft(repository, { sizeBytes: 7 }), read)

  expect(saved).toMatchObject({ laterTop: [1], sizeBytes: 7 })
  expect(await local.store.findImage(repository, draft.digest)).toEqual(saved)
})

it('F38 moves an entry with what it does not know into the history, and shows a value as it stands', async () => {
  const repository = freshId()
  const { mark: _m, change, ...draft } = imageDraft(repository)
  await tomorrowsImages().save(
    { ...draft, change: { ...change, id: randomUUID(), action: 'quarantined', laterInChange: 1 } },
    undefined,
  )
  const read = await local.store.findImage(repository, draft.digest)
  const before = await local.store.listHistory(repository, draft.digest)

  await local.store.saveImage({ ...imageDraft(repository), change: entryOf(randomUUID(), 9) }, read)

  expect(before.map(one => one.action)).toEqual(['quarantined'])
  const after = await local.store.listHistory(repository, draft.digest)
  expect(after.map(one => one.action)).toEqual(['quarantined', 'image-recorded'])
  const [stored] = await table.queryItems(`AUDIT#${repository}`, '')
  expect(stored).toMatchObject({ action: 'quarantined', laterInChange: 1 })
  expect((await local.store.listChanges(at(0), at(10))).filter(one => one.repository === repository)).toHaveLength(2)
})

it('F38 says of an image with a value of tomorrow that it is unclear, never stores that, and keeps the value', async () => {
  const repository = freshId()
  const { mark: _m, ...draft } = imageDraft(repository)
  await tomorrowsImages().save({ ...draft, stage: 'Quarantine' }, undefined)

  const read = await local.store.findImage(repository, draft.digest)
  if (!read) throw new Error('expected an image')
  const saved = await local.store.saveImage({ ...read, pulledAt: at(1) }, read)

  expect(read.unclear).toBe("stage 'Quarantine', a value of a later version")
  expect(saved.unclear).toBe(read.unclear)
  const item = await table.getItem(keys.imageKey(repository, draft.digest))
  expect(item).toMatchObject({ stage: 'Quarantine' })
  expect(item).not.toHaveProperty('unclear')
})

it('F38 says no more that a record is unclear once the value is gone', async () => {
  const repository = freshId()
  const { mark: _m, change, ...draft } = imageDraft(repository)
  await tomorrowsImages().save({ ...draft, change: { ...change, action: 'quarantined' } }, undefined)
  const read = await local.store.findImage(repository, draft.digest)

  const outcome = used(read, { id: 'u', actor: 'inventory', reason: 'runs' }, at(2))
  if (isRefused(outcome)) throw new Error('expected a transition')
  const saved = await local.store.saveImage(outcome.draft, outcome.previous)

  expect(read).toHaveProperty('unclear')
  expect(saved).not.toHaveProperty('unclear')
})

it('F38 keeps the expiry and the keys of an item to the store', async () => {
  const repository = freshId()
  const saved = await local.store.saveTag(tagDraft(repository), undefined)

  const read = await local.store.findTag(repository, 'v1')

  expect(read).toEqual(saved)
})

it('F38 keeps what tomorrow noted of a reference that is seen again', () => {
  const codec = itemCodec(usageRecord)
  const stored = codec.fromItem({ ...codec.toAttributes(usageOf('h.example/a', { endedAt: at(1) })), laterTop: 1 })
  const { cluster, namespace, name } = stored
  const image = 'h.example/a:v1'

  const [again] = planUsageRecords(
    [{ ...stored, image } as UsageRecord],
    [{ cluster, kind: 'Deployment', namespace, name, image, lastSeenAt: at(2) }],
    { canonicalHost: host => host, canonicalPath: (_, path) => path, isConfigured: () => true },
    at(2),
  )

  expect(again).toMatchObject({ laterTop: 1, firstSeenAt: at(0) })
  expect(again).not.toHaveProperty('endedAt')
})

it('F39 takes no null for an instant', () => {
  const item = { ...itemCodec(imageRecord).toAttributes({ ...imageDraft('r'), number: 1 }), createdAt: null }

  expect(() => itemCodec(imageRecord).fromItem({ pk: 'REPO#r', sk: 'IMAGE#d', ...item })).toThrow(
    'record REPO#r IMAGE#d cannot be read: createdAt: expected string, got null; mend that item of the table, or delete it',
  )
})
