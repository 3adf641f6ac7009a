import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createTableClient, type Item, type TableClient } from '../../../../shared/adapters/store/table-client.ts'
import { storeContract } from '../../../contract/store.ts'
import { type LocalStore, startLocalStore } from '../../../support/local-store.ts'

let local: LocalStore
let own: TableClient
beforeAll(async () => {
  local = await startLocalStore({ isOwn: true })
  own = createTableClient(local.client, local.tableName)
})
afterAll(() => local.close())

storeContract(() => local.store)

it('calls a table of this process without what the client does for a request', async () => {
  const sent = vi.spyOn(local.client.config.requestHandler, 'handle')

  await own.putItem({ pk: 'calls', sk: 'one' })
  const [found, listed, all] = await Promise.all([
    own.getItem({ pk: 'calls', sk: 'one' }),
    own.queryItems('calls', ''),
    own.getItems([{ pk: 'calls', sk: 'one' }]),
  ])

  expect([[found], listed, all]).toEqual([listed, listed, [{ pk: 'calls', sk: 'one' }]])
  expect(sent).not.toHaveBeenCalled()
  sent.mockRestore()
})

it('says what the table refuses in the words of the client', async () => {
  const other = createTableClient(local.client, 'another')

  const isNew = await own.putItemIf({ pk: 'one', sk: 'one' }, 'attribute_not_exists(pk)', {})
  const isNewAgain = await own.putItemIf({ pk: 'one', sk: 'one' }, 'attribute_not_exists(pk)', {})

  expect([isNew, isNewAgain]).toEqual([true, false])
  await expect(other.getItem({ pk: 'one', sk: 'one' })).rejects.toThrow('the table does not exist')
  await expect(own.putItem({ pk: '', sk: 'one' })).rejects.toMatchObject({ name: 'ValidationException' })
})

it('writes what a client on a socket reads, and reads what it writes', async () => {
  const real = await startLocalStore()
  const across = createTableClient(real.client, real.tableName)
  const value = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc
        .double({ noNaN: true, noDefaultInfinity: true, min: -2e15, max: 2e15 })
        .filter(one => one === 0 || Math.abs(one) > 1e-30),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.uint8Array(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value
  const key = { pk: 'value', sk: 'one' }

  await fc.assert(
    fc.asyncProperty(value, async one => {
      const item: Item = { ...key, value: one }
      await Promise.all([own.putItem(item), across.putItem(item)])
      expect(await own.getItem(key)).toEqual(await across.getItem(key))
    }),
    { numRuns: 60 },
  )
  await real.close()
})
