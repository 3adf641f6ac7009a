import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import pMap from 'p-map'
import { clusterMeterRecord, objectGaugesRecord, syncCountRecord } from '../../domain/records/metrics.ts'
import type { MetricsStore } from '../../ports/metrics-store.ts'
import { itemCodec } from './items.ts'
import * as keys from './keys.ts'
import { jsonPacking } from './packed-json.ts'
import { createTableClient } from './table-client.ts'
import { type OnUnreadable, readable } from './unreadable-items.ts'
import { versionedRecords } from './versioned-records.ts'

const syncCountCodec = itemCodec(syncCountRecord)
const countsAtOnce = 4

/** What is counted and measured, on the table of the Store. `onUnreadable` is called as there. */
export function createMetricsStore(
  client: DynamoDBClient,
  tableName: string,
  onUnreadable: OnUnreadable = () => undefined,
): MetricsStore {
  const table = createTableClient(client, tableName)
  const options = (names: readonly string[]) =>
    ({ onUnreadable, unreadable: 'none', packing: jsonPacking(names) }) as const
  const meters = versionedRecords(
    table,
    clusterMeterRecord,
    record => keys.meterKey(record.cluster),
    options(['seen', 'pulls', 'durations', 'nodes']),
  )
  const gauges = versionedRecords(
    table,
    objectGaugesRecord,
    record => keys.gaugesKey(record.cluster),
    options(['versions', 'failures', 'namespaces', 'secrets']),
  )

  return {
    findMeters: clusters => meters.findAll(clusters.map(keys.meterKey)),
    findMeter: cluster => meters.find(keys.meterKey(cluster)),
    saveMeter: meters.save,
    findGauges: clusters => gauges.findAll(clusters.map(keys.gaugesKey)),
    findGauge: cluster => gauges.find(keys.gaugesKey(cluster)),
    saveGauges: gauges.save,
    addSyncs: async (counts, until) => {
      const expiresAtSeconds = Math.floor(until.getTime() / 1000)
      await pMap(
        counts,
        ({ succeeded, failed, ...names }) =>
          table.addToItem(keys.syncCountKey(names), { succeeded, failed }, { ...names, expiresAtSeconds }),
        { concurrency: countsAtOnce },
      )
    },
    listSyncCounts: async () => {
      const pages = table.queryPages(keys.syncCountsPartition, '', true)
      const counts = []
      for await (const items of pages) counts.push(...readable(items, syncCountCodec.fromItem, onUnreadable))
      return counts
    },
  }
}
