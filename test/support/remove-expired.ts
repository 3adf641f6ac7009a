import { type AttributeValue, DeleteItemCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { table } from '../../shared/adapters/store/table.ts'
import type { LocalStore } from './local-store.ts'

/** Removes what has expired, as DynamoDB does within some days. */
export async function removeExpired(
  { client, tableName: TableName }: Pick<LocalStore, 'client' | 'tableName'>,
  now: Date,
): Promise<void> {
  for await (const item of itemsOf(client, TableName)) {
    const { pk, sk, [table.timeToLive]: expires } = item
    if (pk && sk && expires?.N !== undefined && Number(expires.N) * 1000 <= now.getTime())
      await client.send(new DeleteItemCommand({ TableName, Key: { pk, sk } }))
  }
}

async function* itemsOf(client: DynamoDBClient, TableName: string): AsyncGenerator<Record<string, AttributeValue>> {
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName, ExclusiveStartKey }))
    yield* Items
    ExclusiveStartKey = LastEvaluatedKey
  } while (ExclusiveStartKey)
}
