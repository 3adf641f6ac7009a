import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import pMap from 'p-map'
import {
  type ClusterMeterRecord,
  clusterMeterRecord,
  heldDayRecord,
  objectGaugesRecord,
  syncCountRecord,
} from '../../domain/records/metrics.ts'
import { InvalidInputError } from '../../errors.ts'
import type { MetricsStore } from '../../ports/metrics-store.ts'
import type { Draft } from '../../ports/store.ts'
import { itemCodec } from './items.ts'
import * as keys from './keys.ts'
import { jsonPacking } from './packed-json.ts'
import { createTableClient } from './table-client.ts'
import { type OnUnreadable, readable } from './unreadable-items.ts'
import { versionedRecords } from './versioned-records.ts'

const syncCountCodec = itemCodec(syncCountRecord)
const heldDayCodec = itemCodec(heldDayRecord)
const clusterMeterDraft = clusterMeterRecord.omit({ number: true })
const countsAtOnce = 4
const clustersAtOnce = 8

/** @throws InvalidInputError for a record that is larger than an item of the table may be */
async function fitting<T>(what: string, saving: Promise<T>): Promise<T> {
  try {
    return await saving
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ValidationException')) throw error
    throw new InvalidInputError(`${what}: expected what fits into an item of the table, got more`, { cause: error })
  }
}

/**
 * A number that is not finite would stand as null, and no reader could read the record any more.
 *
 * @throws InvalidInputError
 */
function readableAgain(what: string, draft: Draft<ClusterMeterRecord>): Draft<ClusterMeterRecord> {
  const checked = clusterMeterDraft.safeParse(draft)
  if (checked.success) return draft
  const [issue] = checked.error.issues
  throw new InvalidInputError(
    `${what}: expected what can be read again, got ${issue?.path.join('.')}: ${issue?.message}`,
  )
}

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
    options(['seen', 'pulls', 'durations', 'nodes', 'absentSince']),
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
    saveMeter: async (draft, previous) => {
      const what = `what is counted of cluster ${draft.cluster}`
      return fitting(what, meters.save(readableAgain(what, draft), previous))
    },
    findGauges: clusters => gauges.findAll(clusters.map(keys.gaugesKey)),
    findGauge: cluster => gauges.find(keys.gaugesKey(cluster)),
    saveGauges: (draft, previous) =>
      fitting(`what is measured of cluster ${draft.cluster}`, gauges.save(draft, previous)),
    addHeldDay: async record => {
      const item = { ...keys.heldDayKey(record.cluster, record.day), ...heldDayCodec.toAttributes(record) }
      await table.putItemIf(item, 'attribute_not_exists(pk)', {})
    },
    listHeldDays: async clusters => {
      const listOne = async (cluster: string) => {
        const pages = table.queryPages(keys.heldDaysPartition(cluster), '', true)
        const days = []
        for await (const items of pages) days.push(...readable(items, heldDayCodec.fromItem, onUnreadable))
        return days
      }
      return (await pMap(clusters, listOne, { concurrency: clustersAtOnce })).flat()
    },
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
