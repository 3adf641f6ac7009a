import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConflictError } from '../../../shared/errors.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at, digestOf, entryOf, imageDraft, tagDraft, usageOf } from '../../support/records.ts'
import { Counts } from './counts.ts'
import { storeOn } from './store-on-table.ts'
import { Table } from './table.ts'
import { namesOf, registryHost, type World } from './world.ts'

const world: World = { clusters: 2, teams: 2, repositories: 2, tagsEach: 1, objectsEach: 1, pods: 0 }
const repository = `${registryHost}/${namesOf(0, world).path}`

/** Read units as DynamoDB's engine counts them. */
function countReads(local: LocalStore): () => number {
  let units = 0
  local.client.middlewareStack.add(
    (next, context) => async args => {
      const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' }
      const result = await next({ ...args, input } as typeof args)
      const consumed = [(result.output as { ConsumedCapacity?: unknown }).ConsumedCapacity].flat()
      if (/^(Get|BatchGet|Query)/.test(context.commandName ?? ''))
        for (const one of consumed) units += (one as { CapacityUnits?: number } | undefined)?.CapacityUnits ?? 0
      return result
    },
    { step: 'initialize' },
  )
  return () => units
}

/** Of the first entry: the minute before it, which is read too, is of the same day. */
const firstSecond = 60

async function write(store: Store): Promise<void> {
  for (let place = 0; place < 30; place++) {
    const digest = digestOf(`image ${place}`)
    const change = entryOf(`image-${place}`, firstSecond + place, { digest, reason: 'x'.repeat(700) })
    await store.saveImage(imageDraft(repository, { digest, change }), undefined)
    const tag = `v${String(place).padStart(2, '0')}`
    await store.saveTag(
      tagDraft(repository, { tag, digest, change: entryOf(`tag-${place}`, firstSecond + place, { tag }) }),
      undefined,
    )
  }
  await store.saveUsage([usageOf(repository), usageOf(repository, { name: 'api' })])
}

const read = async (store: Store) => [
  await store.listTags(repository),
  await store.listTags(repository, { after: 'v03', upTo: 'v20', limit: 5 }),
  await store.listImages(repository),
  await store.findImages(repository, [digestOf('image 3'), digestOf('none')]),
  await store.findTag(repository, 'v07'),
  await store.listUsage(repository),
  await store.listClusterUsage('eu-1'),
  // So many that no partition of the day is empty: the engine counts nothing for an empty answer, and DynamoDB does.
  await store.listChanges(at(firstSecond), at(firstSecond + 29)),
]

describe('the table of the cost bench', () => {
  let local: LocalStore
  beforeAll(async () => {
    local = await startInProcessStore()
  })
  afterAll(() => local.close())

  it('answers and counts reads as the engine of DynamoDB does', async () => {
    const counts = new Counts()
    const store = storeOn(new Table(counts, () => world))
    const engineUnits = countReads(local)
    await Promise.all([write(store), write(local.store)])
    counts.take()
    const before = engineUnits()

    const found = await read(store)

    expect(found).toEqual(await read(local.store))
    expect(counts.take()['table.readUnits']).toBe(engineUnits() - before)
  })

  it('counts a write in the table and in each index that it changes', async () => {
    const counts = new Counts()
    const store = storeOn(new Table(counts, () => world))
    const first = await store.saveTag(tagDraft(repository), undefined)
    expect(counts.take()['table.writeUnits']).toBe(2)

    await store.saveTag(tagDraft(repository, { change: entryOf('later', 60) }), first)

    // The entry before goes into the history, with its copy by time. Then the tag: its copy by time moves.
    expect(counts.take()['table.writeUnits']).toBe(2 + 1 + 2)
  })

  it('refuses a write over another', async () => {
    const store = storeOn(new Table(new Counts(), () => world))
    await store.saveTag(tagDraft(repository), undefined)
    const again = store.saveTag(tagDraft(repository, { digest: digestOf('other') }), undefined)

    await expect(again).rejects.toThrow(ConflictError)
  })

  it('tells of another repository what the first one has, until something of it is written', async () => {
    const table = new Table(new Counts(), () => world)
    const store = storeOn(table)
    const other = `${registryHost}/${namesOf(1, world).path}`
    await store.saveTag(tagDraft(repository, { tag: 'v1' }), undefined)
    table.retell()

    const told = await store.findTag(other, 'v1')
    await store.saveTag(tagDraft(other, { tag: 'v1', digest: digestOf('moved') }), told)

    expect(told).toMatchObject({ repository: other, tag: 'v1' })
    expect((await store.listTags(other)).map(({ digest }) => digest)).toEqual([digestOf('moved')])
    expect((await store.findTag(repository, 'v1'))?.digest).toBe(digestOf('one'))
  })
})
