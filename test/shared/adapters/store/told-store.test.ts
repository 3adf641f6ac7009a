import { afterAll, beforeAll, describe } from 'vitest'
import { createToldStore } from '../../../../shared/adapters/store/told-store.ts'
import { toldStoreContract } from '../../../contract/told-store.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

describe('the table', () => toldStoreContract(() => createToldStore(local.client, local.tableName)))
