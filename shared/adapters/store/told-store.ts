import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { toldRecord } from '../../domain/records/notifications.ts'
import type { ToldStore } from '../../ports/notifications.ts'
import * as keys from './keys.ts'
import { createTableClient } from './table-client.ts'
import type { OnUnreadable } from './unreadable-items.ts'
import { versionedRecords } from './versioned-records.ts'

/** What receivers were told, on the table of the Store. `onUnreadable` is called as there. */
export function createToldStore(
  client: DynamoDBClient,
  tableName: string,
  onUnreadable: OnUnreadable = () => undefined,
): ToldStore {
  const table = createTableClient(client, tableName)
  const records = versionedRecords(table, toldRecord, ({ receiver, of }) => keys.toldKey(receiver, of), {
    onUnreadable,
    unreadable: 'none',
  })
  return {
    listTold: (receiver, of) => records.getAll(of.map(one => keys.toldKey(receiver, one))),
    saveTold: records.save,
  }
}
