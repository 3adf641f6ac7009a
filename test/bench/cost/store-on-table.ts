import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createDynamoStore } from '../../../shared/adapters/store/dynamo-store.ts'
import type { Store } from '../../../shared/ports/store.ts'
import type { Table, TableRequest } from './table.ts'

/** The real store and client, on the table of the bench. */
export function storeOn(table: Table): Store {
  const handle = async ({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) => {
    const operation = headers['x-amz-target']?.split('.')[1] ?? ''
    const answer = table.answer(operation, JSON.parse(new TextDecoder().decode(body)) as TableRequest)
    const failed = JSON.stringify({ __type: 'ConditionalCheckFailedException', message: '' })
    return {
      response: { statusCode: answer === undefined ? 400 : 200, headers: {}, body: Buffer.from(answer ?? failed) },
    }
  }
  const client = new DynamoDBClient({
    endpoint: 'http://127.0.0.1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: { handle } as never,
  })
  return createDynamoStore(client, 'shelflife')
}
