import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import pMap from 'p-map'
import { copyRecord } from '../../domain/records/copies.ts'
import { imageRecord, tagRecord, unreadTagRecord } from '../../domain/records/images.ts'
import {
  type ArrivalRecord,
  arrivalRecord,
  auditExportRecord,
  credentialRecord,
  type TrackingRecord,
  tableRecord,
  trackingRecord,
} from '../../domain/records/installation.ts'
import { policyRecord } from '../../domain/records/policies.ts'
import { hostRecord, lookRecord, repositoryRecord, slotRecord, syncRecord } from '../../domain/records/syncs.ts'
import { inventoryRecord, type UsageRecord, usageRecord } from '../../domain/records/workloads.ts'
import type { Store } from '../../ports/store.ts'
import { approvals } from './approvals.ts'
import { CarriedEntries } from './carried-entries.ts'
import { deliveries } from './deliveries.ts'
import { orGone } from './gone-items.ts'
import { goneRecords } from './gone-records.ts'
import { changes, listHistory, listPast } from './history.ts'
import { itemCodec } from './items.ts'
import * as keys from './keys.ts'
import { leases } from './leases.ts'
import { imagePacking } from './packed-images.ts'
import { createTableClient, type Item } from './table-client.ts'
import { type OnUnreadable, readAll, readable } from './unreadable-items.ts'
import { versionedRecords } from './versioned-records.ts'

const usageCodec = itemCodec(usageRecord)
const unreadTagCodec = itemCodec(unreadTagRecord)
const trackingCodec = itemCodec(trackingRecord)
const arrivalCodec = itemCodec(arrivalRecord)
const expireConcurrency = 16

const usageItem = (record: UsageRecord): Item => {
  const { repository, cluster, kind, namespace, name, image } = record
  return {
    ...keys.usageKey(repository, [cluster, kind, namespace, name, image]),
    clusterPk: keys.clusterPartition(cluster),
    clusterSk: `${namespace}#${kind}#${name}`,
    ...usageCodec.toAttributes(record),
  }
}

const trackingKeyOf = ({ repository, cluster, path }: Omit<TrackingRecord, 'expiresAtSeconds'>): keys.Key =>
  keys.trackingKey(repository, cluster, path)

/** Nobody knows what one said that cannot be read: none is then taken to come. */
const missedArrival = (item: Item): ArrivalRecord => ({
  place: keys.arrivalPlaceOf(item),
  missedAt: new Date(0),
  expiresAtSeconds: 0,
})

/**
 * The key of a usage record names all that protects: where it cannot be read, the reference counts as one of now, until
 * the next inventory of its cluster writes it anew.
 */
const readUsage = (items: readonly Item[], onUnreadable: OnUnreadable): UsageRecord[] =>
  readable<UsageRecord>(items, usageCodec.fromItem, onUnreadable, (item, error) => {
    const workload = keys.usageNamesOf(item)
    if (!workload) throw error
    return { ...workload, rollback: false, firstSeenAt: new Date(0), unclear: error.message }
  })

/**
 * The store on one DynamoDB table. `onUnreadable` is called for each record that cannot be read, also where reading continues
 * without it.
 * @see shared/adapters/store/table.ts for its keys
 */
export function createDynamoStore(
  client: DynamoDBClient,
  tableName: string,
  onUnreadable: OnUnreadable = () => undefined,
): Store {
  const table = createTableClient(client, tableName)
  const entries = new CarriedEntries(table)
  const whole = { onUnreadable, entries }
  const leftOut = { onUnreadable, unreadable: 'left-out' } as const
  const none = { onUnreadable, unreadable: 'none' } as const
  const repositories = versionedRecords(table, repositoryRecord, record => keys.repositoryKey(record.id), whole)
  const leaving = new WeakSet<object>()
  const mayLeave = { ...whole, leaving, mayHaveLeft: (record: object) => 'goneAt' in record }
  const tags = versionedRecords(table, tagRecord, record => keys.tagKey(record.repository, record.tag), {
    ...mayLeave,
    packing: orGone(),
  })
  const images = versionedRecords(table, imageRecord, record => keys.imageKey(record.repository, record.digest), {
    ...mayLeave,
    packing: orGone(imagePacking),
  })
  const goneTags = goneRecords(table, tags, record => leaving.has(record))
  const goneImages = goneRecords(table, images, record => leaving.has(record))
  const inventories = versionedRecords(table, inventoryRecord, record => keys.inventoryKey(record.cluster), none)
  const policies = versionedRecords(table, policyRecord, record => keys.policyKey(record.id), leftOut)
  const syncs = versionedRecords(table, syncRecord, record => keys.syncKey(record.repository, record.credential), whole)
  const looks = versionedRecords(table, lookRecord, record => keys.lookKey(record.repository, record.policy), none)
  const credentials = versionedRecords(
    table,
    credentialRecord,
    record => keys.credentialKey(record.cluster, record.uid),
    leftOut,
  )
  const hosts = versionedRecords(table, hostRecord, record => keys.hostKey(record.host), none)
  const slots = versionedRecords(table, slotRecord, record => keys.slotKey(record.name), none)
  const copies = versionedRecords(table, copyRecord, record => keys.copyKey(record.registry), none)
  const tableRecords = versionedRecords(table, tableRecord, () => keys.tableRecordKey, whole)
  const exports = versionedRecords(table, auditExportRecord, () => keys.auditExportKey, whole)
  const partition = (repository: string) => keys.repositoryKey(repository).pk

  return {
    findRepository: id => repositories.find(keys.repositoryKey(id)),
    findRepositories: ids => repositories.findAll(ids.map(keys.repositoryKey)),
    saveRepository: repositories.save,
    findSync: (repository, credential) => syncs.find(keys.syncKey(repository, credential)),
    listSyncs: repository => syncs.list(partition(repository), keys.syncPrefix),
    saveSync: syncs.save,
    findLook: (repository, policy) => looks.find(keys.lookKey(repository, policy)),
    saveLook: looks.save,
    findCredential: (cluster, uid) => credentials.find(keys.credentialKey(cluster, uid)),
    listCredentials: cluster => credentials.list(keys.credentialsPartition(cluster), keys.credentialPrefix),
    saveCredential: credentials.save,
    listTracking: async repository =>
      readable(await table.queryItems(keys.trackingPartition(repository), ''), trackingCodec.fromItem, onUnreadable),
    findTracking: async records =>
      readable(await table.getItems(records.map(trackingKeyOf)), trackingCodec.fromItem, onUnreadable),
    saveTracking: records =>
      table.putItems(records.map(record => ({ ...trackingKeyOf(record), ...trackingCodec.toAttributes(record) }))),
    findArrivals: async places =>
      readable(
        await table.getItems([...new Set(places)].map(keys.arrivalKey)),
        arrivalCodec.fromItem,
        onUnreadable,
        missedArrival,
      ),
    saveArrivals: records =>
      table.putItems(
        records.map(record => ({ ...keys.arrivalKey(record.place), ...arrivalCodec.toAttributes(record) })),
      ),
    ...deliveries(table, onUnreadable),
    findHost: host => hosts.find(keys.hostKey(host)),
    saveHost: hosts.save,
    listCopies: () => copies.list(keys.copiesPartition, keys.copyPrefix, { mayLag: true }),
    saveCopies: copies.save,
    listSlots: () => slots.list(keys.slotsPartition, keys.slotPrefix),
    saveSlot: slots.save,
    findTableRecord: () => tableRecords.find(keys.tableRecordKey),
    saveTableRecord: tableRecords.save,
    listTags: (repository, options) => tags.list(partition(repository), keys.tagPrefix, options),
    findTag: (repository, tag) => goneTags.find(keys.tagKey(repository, tag)),
    findTags: (repository, names) => goneTags.getAll(names.map(name => keys.tagKey(repository, name))),
    listGoneTags: (repository, options) => goneTags.listGone(keys.repositoryKey(repository), keys.tagPrefix, options),
    findGoneTags: (repository, names) => goneTags.findGone(names.map(name => keys.tagKey(repository, name))),
    putAwayTags: goneTags.putAway,
    saveTag: tags.save,
    listUnreadTags: async repository =>
      readAll(
        await table.queryItems(partition(repository), keys.unreadTagPrefix),
        unreadTagCodec.fromItem,
        onUnreadable,
      ),
    saveUnreadTags: records =>
      table.putItems(
        records.map(record => ({
          ...keys.unreadTagKey(record.repository, record.tag),
          ...unreadTagCodec.toAttributes(record),
        })),
      ),
    removeUnreadTags: records =>
      table.deleteItems(records.map(({ repository, tag }) => keys.unreadTagKey(repository, tag))),
    listImages: (repository, options) => images.list(partition(repository), keys.imagePrefix, options),
    findImage: (repository, digest) => goneImages.find(keys.imageKey(repository, digest)),
    findImages: (repository, digests) => goneImages.getAll(digests.map(digest => keys.imageKey(repository, digest))),
    listGoneImages: (repository, options) =>
      goneImages.listGone(keys.repositoryKey(repository), keys.imagePrefix, options),
    findGoneImages: (repository, digests) =>
      goneImages.findGone(digests.map(digest => keys.imageKey(repository, digest))),
    putAwayImages: goneImages.putAway,
    saveImage: images.save,
    announceSaves: async (records, next) => entries.announce(records, next),
    scanRepositories: async cursor => {
      const { items, next } = await table.scanItems({ sk: keys.repositorySortKey }, cursor)
      return { records: repositories.readable(items), ...(next !== undefined && { next }) }
    },
    listUsage: async repository => readUsage(await table.queryItems(keys.usagePartition(repository), ''), onUnreadable),
    listClusterUsage: async cluster =>
      readUsage(await table.queryIndex('byCluster', keys.clusterPartition(cluster)), onUnreadable),
    saveUsage: records => table.putItems(records.map(usageItem)),
    expireUsage: async (records, from) => {
      const expiresAtSeconds = Math.floor(from.getTime() / 1000)
      const expire = (record: UsageRecord) => {
        const item = usageItem({ ...record, expiresAtSeconds })
        return table.putItemIf(item, '#endedAt = :endedAt', { ':endedAt': item.endedAt })
      }
      await pMap(records, expire, { concurrency: expireConcurrency })
    },
    findInventory: cluster => inventories.find(keys.inventoryKey(cluster)),
    findInventories: clusters => inventories.getAll(clusters.map(keys.inventoryKey)),
    saveInventory: inventories.save,
    findPolicy: id => policies.find(keys.policyKey(id)),
    listPolicies: cluster => policies.list(keys.policiesPartition(cluster), keys.policyPrefix),
    savePolicy: policies.save,
    ...approvals(table, onUnreadable),
    ...leases(table),
    listHistory: (repository, digest) => listHistory(table, repository, digest, onUnreadable),
    listPast: (repository, digest) => listPast(table, repository, digest, onUnreadable),
    ...changes(table, onUnreadable),
    findAuditExport: () => exports.find(keys.auditExportKey),
    saveAuditExport: exports.save,
  }
}
