import { afterAll, beforeAll } from 'vitest'
import { storeContract } from '../../../contract/store.ts'
import { type LocalStore, startLocalStore } from '../../../support/local-store.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startLocalStore()
})
afterAll(() => local.close())

storeContract(() => local.store)
