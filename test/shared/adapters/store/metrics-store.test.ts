import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as keys from '../../../../shared/adapters/store/keys.ts'
import { createMetricsStore } from '../../../../shared/adapters/store/metrics-store.ts'
import { meterDraft, metricsStoreContract } from '../../../contract/metrics-store.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const open = () => createMetricsStore(local.client, local.tableName)

describe('the table', () => metricsStoreContract(open))

it('F39 what is measured and cannot be read counts as not there, is told, and is written over', async () => {
  const put = (item: object) => local.client.send(new PutCommand({ TableName: local.tableName, Item: item }))
  await put({
    ...keys.meterKey('odd'),
    ...meterDraft('odd'),
    measuredAt: 'x',
    number: 3,
    packed: new Uint8Array([1, 2]),
  })
  await put({ ...keys.gaugesKey('odd'), cluster: 'odd', number: 3 })
  const told: string[] = []
  const store = createMetricsStore(local.client, local.tableName, error => void told.push(error.key))

  expect([await store.findMeter('odd'), await store.findGauges(['odd'])]).toEqual([undefined, []])
  const meter = await store.saveMeter(meterDraft('odd'), undefined)

  expect(told.slice(0, 2).sort()).toEqual(['CLUSTER#odd GAUGES', 'CLUSTER#odd METER'])
  expect(await store.findMeter('odd')).toEqual(meter)
})
