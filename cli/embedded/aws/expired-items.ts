import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'

export interface ExpiringTable {
  readonly client: DynamoDBClient
  readonly tableName: string
  /** Attributes of the key, and that of when an item expires: seconds since 1970. */
  readonly keys: { readonly partitionKey: string; readonly sortKey: string; readonly timeToLive: string }
}

const everyMs = 3_600_000

/** Removes what expired, which the engine keeps for ever: at once and then every hour, until it is stopped. */
export function removeExpiredHourly(table: ExpiringTable, onError: (error: unknown) => void): () => Promise<void> {
  const ending = new AbortController()
  const { signal } = ending
  const running = (async () => {
    while (!signal.aborted) {
      await removeExpired(table, new Date(), signal).catch(onError)
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  })()
  return () => {
    ending.abort()
    return running
  }
}

/** Page by page, so that others are served meanwhile. What was written anew stays. */
export async function removeExpired(
  { client, tableName: TableName, keys }: ExpiringTable,
  now: Date,
  signal?: AbortSignal,
): Promise<void> {
  const names = { '#pk': keys.partitionKey, '#sk': keys.sortKey, '#expires': keys.timeToLive }
  const expired = { TableName, ExpressionAttributeValues: { ':now': { N: String(Math.floor(now.getTime() / 1000)) } } }
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined
  do {
    const page = await client.send(
      new ScanCommand({
        ...expired,
        FilterExpression: '#expires <= :now',
        ProjectionExpression: '#pk, #sk',
        ExpressionAttributeNames: names,
        ExclusiveStartKey,
      }),
    )
    for (const Key of page.Items ?? []) {
      const condition = {
        ConditionExpression: '#expires <= :now',
        ExpressionAttributeNames: { '#expires': names['#expires'] },
      }
      await client.send(new DeleteItemCommand({ ...expired, Key, ...condition })).catch(unlessWritten)
    }
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey && !signal?.aborted)
}

function unlessWritten(error: unknown): void {
  if (!(error instanceof ConditionalCheckFailedException)) throw error
}
