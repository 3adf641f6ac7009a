import { connect } from 'node:net'
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { AbstractLevel } from 'abstract-level'
import { expect, it, onTestFinished, vi } from 'vitest'
import { ensureTable, startDynamodb } from '../../../../cli/embedded/aws/dynamodb.ts'
import { waitUntil } from '../../../real/parts/wait-until.ts'
import { accessKey } from '../../../support/access-key.ts'
import { clientOptions, nowhere, testFolder } from './embedded-aws.ts'
import { signedHeaders } from './sign-request.ts'

const definition = new CreateTableCommand({
  TableName: 'shelflife',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk', 'due'].map(AttributeName => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
}).input

const started = async () => {
  const dynamodb = await startDynamodb({ dataDir: await testFolder(), accessKey })
  onTestFinished(() => dynamodb.close())
  return { dynamodb, client: new DynamoDBClient(clientOptions(dynamodb.endpoint)) }
}

it('makes the table once, whoever asks and how often', async () => {
  const { client } = await started()

  await Promise.all([ensureTable(client, definition), ensureTable(client, definition)])
  await ensureTable(client, definition)

  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'shelflife' }))
  expect(Table).toMatchObject({ TableStatus: 'ACTIVE', GlobalSecondaryIndexes: [{ IndexStatus: 'ACTIVE' }] })
})

it('leaves no iterator of its database open behind queries, read whole or in part', async () => {
  const { client } = await started()
  await ensureTable(client, definition)
  for (const sk of ['1', '2', '3'])
    await client.send(new PutItemCommand({ TableName: 'shelflife', Item: { pk: { S: 'a' }, sk: { S: sk } } }))
  const opened = vi.spyOn(AbstractLevel.prototype, 'attachResource')
  const closed = vi.spyOn(AbstractLevel.prototype, 'detachResource')
  onTestFinished(() => void vi.restoreAllMocks())

  for (const Limit of [1, 2, 10])
    await client.send(
      new QueryCommand({
        TableName: 'shelflife',
        KeyConditionExpression: 'pk = :a',
        ExpressionAttributeValues: { ':a': { S: 'a' } },
        Limit,
      }),
    )

  expect(opened.mock.calls.length).toBeGreaterThanOrEqual(3)
  await waitUntil(() => closed.mock.calls.length === opened.mock.calls.length, {
    what: 'as many iterators closed as opened',
    deadlineMs: 10_000,
  })
})

it('refuses a table that another version made with other indexes, and says what to do', async () => {
  const { client } = await started()
  await ensureTable(client, {
    ...definition,
    AttributeDefinitions: definition.AttributeDefinitions?.slice(0, 2),
    GlobalSecondaryIndexes: undefined,
  })

  await expect(ensureTable(client, definition)).rejects.toThrow(
    /expected pk\+sk due=due, found pk\+sk; use another data folder/,
  )
})

it('names the port that another process has taken', async () => {
  const { dynamodb } = await started()
  const port = Number(new URL(dynamodb.endpoint).port)

  await expect(startDynamodb({ port, dataDir: await testFolder(), accessKey })).rejects.toThrow(
    `port ${port} for the embedded DynamoDB is taken by another process`,
  )
})

it('answers 413 to a request that is larger than DynamoDB takes', async () => {
  const { dynamodb } = await started()
  const body = 'x'.repeat(17 * 1024 * 1024)
  const url = `${dynamodb.endpoint}/`

  const response = await fetch(url, {
    method: 'POST',
    headers: await signedHeaders(url, { service: 'dynamodb' }),
    body,
  })

  expect(response.status).toBe(413)
})

it('serves on when a client goes away in the middle of a request', async () => {
  const { dynamodb, client } = await started()
  const socket = connect(Number(new URL(dynamodb.endpoint).port), '127.0.0.1')
  const closed = new Promise(resolve => socket.once('close', resolve))
  const headers = await signedHeaders(`${dynamodb.endpoint}/`, { service: 'dynamodb' })

  const head = Object.entries({ ...headers, 'content-length': '1000' }).map(([name, value]) => `${name}: ${value}`)
  socket.write(`POST / HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\nhalf`, () => socket.resetAndDestroy())
  await closed

  await ensureTable(client, definition)
})

it('answers the clients of its process without a socket', async () => {
  const { dynamodb, client } = await started()
  await ensureTable(client, definition)
  const own = new DynamoDBClient({ ...clientOptions(nowhere), ...dynamodb.transport, maxAttempts: 1 })
  const item = { TableName: 'shelflife', Item: { pk: { S: 'a' }, sk: { S: 'größer als ☃' } } }
  const isNew = { ConditionExpression: 'attribute_not_exists(pk)' }

  await own.send(new PutItemCommand({ ...item, ...isNew }))
  const again = own.send(new PutItemCommand({ ...item, ...isNew }))

  await expect(again).rejects.toBeInstanceOf(ConditionalCheckFailedException)
  const { Item } = await client.send(new GetItemCommand({ TableName: 'shelflife', Key: item.Item }))
  expect(Item).toEqual(item.Item)
})

it('writes what many clients put at the same time in a few calls of its database, and reads it at once', async () => {
  const calls = vi.spyOn(AbstractLevel.prototype, 'batch')
  onTestFinished(() => void vi.restoreAllMocks())
  const { dynamodb, client } = await started()
  await ensureTable(client, definition)
  calls.mockClear()
  const own = new DynamoDBClient({ ...clientOptions(nowhere), ...dynamodb.transport })
  const items = Array.from({ length: 64 }, (_, at) => ({ pk: { S: 'a' }, sk: { S: `${at}` }, due: { S: `${at}` } }))

  await Promise.all(items.map(Item => own.send(new PutItemCommand({ TableName: 'shelflife', Item }))))

  expect(calls.mock.calls.length).toBeGreaterThan(0)
  expect(calls.mock.calls.length).toBeLessThan(items.length / 4)
  const query = { KeyConditionExpression: 'pk = :a', ExpressionAttributeValues: { ':a': { S: 'a' } } }
  expect((await client.send(new QueryCommand({ TableName: 'shelflife', ...query }))).Count).toBe(items.length)
})
