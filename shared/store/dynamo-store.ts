import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  auditExportRecord,
  imageRecord,
  inventoryRecord,
  policyRecord,
  repositoryRecord,
  tagRecord,
  usageRecord,
} from '../domain/records.ts'
import type { Store } from '../ports/store.ts'
import { changes, listHistory } from './history.ts'
import { itemCodec } from './items.ts'
import * as keys from './keys.ts'
import { leases } from './leases.ts'
import { createTableClient } from './table-client.ts'
import { versionedRecords } from './versioned-records.ts'

const usageCodec = itemCodec(usageRecord)

/** The store on one DynamoDB table. @see shared/store/table.ts for its keys */
export function createDynamoStore(client: DynamoDBClient, tableName: string): Store {
  const table = createTableClient(client, tableName)
  const repositories = versionedRecords(table, repositoryRecord, record => keys.repositoryKey(record.id))
  const tags = versionedRecords(table, tagRecord, record => keys.tagKey(record.repository, record.tag))
  const images = versionedRecords(table, imageRecord, record => keys.imageKey(record.repository, record.digest))
  const inventories = versionedRecords(table, inventoryRecord, record => keys.inventoryKey(record.cluster))
  const policies = versionedRecords(table, policyRecord, record => keys.policyKey(record.id))
  const exports = versionedRecords(table, auditExportRecord, () => keys.auditExportKey)
  const partition = (repository: string) => keys.repositoryKey(repository).pk

  return {
    findRepository: id => repositories.find(keys.repositoryKey(id)),
    findRepositories: ids => repositories.findAll(ids.map(keys.repositoryKey)),
    saveRepository: repositories.save,
    listTags: repository => tags.list(partition(repository), keys.tagPrefix),
    findTag: (repository, tag) => tags.find(keys.tagKey(repository, tag)),
    saveTag: tags.save,
    listImages: repository => images.list(partition(repository), keys.imagePrefix),
    findImage: (repository, digest) => images.find(keys.imageKey(repository, digest)),
    saveImage: images.save,
    listUsage: async repository =>
      (await table.queryItems(keys.usagePartition(repository), '')).map(usageCodec.fromItem),
    listClusterUsage: async cluster =>
      (await table.queryIndex('byCluster', keys.clusterPartition(cluster))).map(usageCodec.fromItem),
    saveUsage: records =>
      table.putItems(
        records.map(record => ({
          ...keys.usageKey(record.repository, [
            record.cluster,
            record.kind,
            record.namespace,
            record.name,
            record.image,
          ]),
          clusterPk: keys.clusterPartition(record.cluster),
          clusterSk: `${record.namespace}#${record.kind}#${record.name}`,
          ...usageCodec.toAttributes(record),
        })),
      ),
    findInventory: cluster => inventories.find(keys.inventoryKey(cluster)),
    saveInventory: inventories.save,
    findPolicy: id => policies.find(keys.policyKey(id)),
    listPolicies: cluster => policies.list(keys.policiesPartition(cluster), keys.policyPrefix),
    savePolicy: policies.save,
    ...leases(table),
    listHistory: (repository, digest) => listHistory(table, repository, digest),
    ...changes(table),
    findAuditExport: () => exports.find(keys.auditExportKey),
    saveAuditExport: exports.save,
  }
}
