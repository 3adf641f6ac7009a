/**
 * The one table: key names and indexes, read by the CDK app, by the local host (which creates the table) and by
 * the store. Every item has `pk` and `sk`; both indexes are sparse.
 */
export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds after which DynamoDB may drop the item. */
  timeToLive: 'expiresAtSeconds',
  indexes: {
    /** What a cluster runs (usage by cluster). */
    byCluster: { name: 'byCluster', partitionKey: 'clusterPk', sortKey: 'clusterSk' },
    /** Audit entries by day and time. */
    byTime: { name: 'byTime', partitionKey: 'dayPk', sortKey: 'timeSk' },
  },
} as const
