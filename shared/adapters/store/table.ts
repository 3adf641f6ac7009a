/** What the indexes of entries hold of an item; an image with hundreds of layers is not copied into them. */
const entryAttributes = [
  'repository',
  'change',
  'id',
  'at',
  'actor',
  'action',
  'digest',
  'tag',
  'runId',
  'reason',
  'facts',
] as const

/**
 * The one table: key names and indexes, read by the CDK app, by the local host (which creates the table) and by
 * the store. Every item has `pk` and `sk`; the indexes are sparse.
 */
export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds after which DynamoDB may drop the item. */
  timeToLive: 'expiresAtSeconds',
  /** With this begin the partitions of what receivers of notifications were told: `notify` writes these, and no other. */
  toldPrefix: 'TOLD#',
  /** With this begin the partitions of what webhooks delivered: all that `webhook` writes. */
  deliveryPrefix: 'DELIVERIES#',
  indexes: {
    /** What a cluster runs (usage by cluster). */
    byCluster: { name: 'byCluster', partitionKey: 'clusterPk', sortKey: 'clusterSk', projected: undefined },
    /** Audit entries by day and time: those in the history, and those that an image or a tag still carries. */
    byTime: { name: 'byTime', partitionKey: 'dayPk', sortKey: 'timeSk', projected: entryAttributes },
    /** The same entries by the policy that made them. */
    byActor: { name: 'byActor', partitionKey: 'actorPk', sortKey: 'actorSk', projected: entryAttributes },
  },
} as const
