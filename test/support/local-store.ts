import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ensureTable, startDynamodb } from '../../cli/embedded/aws/dynamodb.ts'
import { tableDefinition } from '../../cli/embedded/table-definition.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import type { Store } from '../../shared/ports/store.ts'
import { accessKey } from './access-key.ts'

export interface LocalStore {
  readonly store: Store
  readonly client: DynamoDBClient
  readonly tableName: string
  /** Another client, for the caller to destroy. */
  connect(): DynamoDBClient
  close(): Promise<void>
}

/** The real store on an embedded DynamoDB of its own; `isOwn`: reached as the one process reaches its table. */
export async function startLocalStore({ isOwn = false } = {}): Promise<LocalStore> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-store-'))
  const dynamodb = await startDynamodb({ dataDir, accessKey })
  const connect = () =>
    new DynamoDBClient({
      endpoint: dynamodb.endpoint,
      region: 'eu-central-1',
      credentials: accessKey,
      ...(isOwn && dynamodb.transport),
    })
  const client = connect()
  const tableName = 'shelflife'
  await ensureTable(client, tableDefinition(tableName))
  return {
    store: createDynamoStore(client, tableName),
    client,
    tableName,
    connect,
    close: async () => {
      client.destroy()
      await dynamodb.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
