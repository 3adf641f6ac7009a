import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as keys from '../../../../shared/adapters/store/keys.ts'
import { table } from '../../../../shared/adapters/store/table.ts'
import { createToldStore } from '../../../../shared/adapters/store/told-store.ts'
import { toldStoreContract } from '../../../contract/told-store.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import { type LocalStore, startLocalStore } from '../../../support/local-store.ts'

describe.each([
  ['in memory', startInProcessStore],
  ['of the local host', startLocalStore],
])('the table %s', (_, start) => {
  let local: LocalStore
  beforeAll(async () => {
    local = await start()
  })
  afterAll(() => local.close())

  toldStoreContract(() => createToldStore(local.client, local.tableName))
})

it('writes under the keys that notify may write, whatever the names are, and nothing else lies there', () => {
  for (const name of ['shop', 'OF', 'REPO', '../EXPORT'])
    expect(keys.toldKey(name, name).pk).toMatch(new RegExp(`^${table.toldPrefix}`))
  const others = [keys.repositoryKey('TOLD'), keys.policyKey('TOLD/a/b'), keys.hostKey('TOLD'), keys.tableRecordKey]
  for (const { pk } of others) expect(pk.startsWith(table.toldPrefix)).toBe(false)
})
