import { afterAll, beforeAll, describe } from 'vitest'
import { rangeContract } from '../../../contract/store-ranges.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { withMemoryRecords } from '../../../support/memory-records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

describe('records in memory', () => {
  const stores = new WeakMap<LocalStore, ReturnType<typeof withMemoryRecords>>()
  rangeContract(() => {
    const store = stores.get(local) ?? withMemoryRecords(local.store)
    stores.set(local, store)
    return store
  })
})
