import { deliveryRecord, followedRecord } from '../../domain/records/deliveries.ts'
import { recordedEveryMs } from '../../domain/webhook-delivery.ts'
import type { Store } from '../../ports/store.ts'
import { itemCodec } from './items.ts'
import * as keys from './keys.ts'
import type { TableClient } from './table-client.ts'
import { type OnUnreadable, readable } from './unreadable-items.ts'

const came = itemCodec(deliveryRecord)
const followed = itemCodec(followedRecord)

const isDue = 'attribute_not_exists(#cameAt) OR #cameAt < :before OR #rank < :rank'

/** What webhooks delivered. */
export const deliveries = (
  table: TableClient,
  onUnreadable: OnUnreadable,
): Pick<Store, 'listDeliveries' | 'noteDelivery' | 'noteFollowed'> => ({
  listDeliveries: async registry => {
    const items = await table.queryItems(keys.deliveriesPartition(registry), '')
    const { true: first = [], false: second = [] } = Object.groupBy(items, ({ sk }) =>
      String(sk).startsWith(keys.cameSortPrefix) ? 'true' : 'false',
    )
    return {
      deliveries: readable(first, came.fromItem, onUnreadable),
      followed: readable(second, followed.fromItem, onUnreadable),
    }
  },
  noteDelivery: record => {
    const item = { ...keys.deliveryKey(record.registry, record.webhook), ...came.toAttributes(record) }
    const before = new Date(record.cameAt.getTime() - recordedEveryMs).toISOString()
    return table.putItemIf(item, isDue, { ':before': before, ':rank': record.rank })
  },
  noteFollowed: record =>
    table.putItem({ ...keys.followedKey(record.registry, record.webhook), ...followed.toAttributes(record) }),
})
