import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, it, onTestFinished } from 'vitest'
import { ensureTable, startDynamodb } from '../../../../cli/embedded/aws/dynamodb.ts'
import { tableDefinition } from '../../../../cli/embedded/table-definition.ts'
import { documentsOf } from '../../../../shared/adapters/store/documents.ts'
import { testFolder } from '../../../cli/embedded/aws/embedded-aws.ts'
import { accessKey } from '../../../support/access-key.ts'

const TableName = 'shelflife'

async function startDocuments() {
  const dynamodb = await startDynamodb({ dataDir: await testFolder(), accessKey })
  onTestFinished(() => dynamodb.close())
  const client = new DynamoDBClient({ region: 'eu-central-1', credentials: accessKey, ...dynamodb.transport })
  onTestFinished(() => client.destroy())
  await ensureTable(client, tableDefinition(TableName))
  return documentsOf(client)
}

it('reads a table of this process in small pages, also where it is asked for more items', async () => {
  const documents = await startDocuments()
  const numbers = Array.from({ length: 250 }, (_, at) => String(at).padStart(3, '0'))
  await Promise.all(numbers.map(sk => documents.put({ TableName, Item: { pk: 'a', sk } })))
  const asked = { TableName, KeyConditionExpression: 'pk = :a', ExpressionAttributeValues: { ':a': 'a' } }

  const first = await documents.query(asked)
  const second = await documents.query({ ...asked, ExclusiveStartKey: first.LastEvaluatedKey })
  const limits = [150, 240]
  const limited = await Promise.all(limits.map(Limit => documents.query({ ...asked, Limit })))

  expect(first.Items).toHaveLength(200)
  expect([...(first.Items ?? []), ...(second.Items ?? [])].map(item => Object(item).sk)).toEqual(numbers)
  expect(second.LastEvaluatedKey).toBeUndefined()
  expect(limited.map(({ Items }) => Items?.length)).toEqual([150, 200])
})
