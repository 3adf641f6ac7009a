import { appendFile, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, it, onTestFinished } from 'vitest'
import { ensureTable, startDynamodb } from '../../../../cli/embedded/aws/dynamodb.ts'
import { accessKey } from '../../../support/access-key.ts'
import { startProcess } from './child-process.ts'
import { clientOptions, testAws, testFolder } from './embedded-aws.ts'

const queueUrl = (endpoint: string, name: string) => `${endpoint}/000000000000/${name}`
const clientOf = (endpoint: string) => new SQSClient({ ...clientOptions(endpoint), maxAttempts: 1 })

it('keeps every acknowledged message when the process is killed in the middle of a stream of sends', async () => {
  const dataDir = await testFolder()
  const child = await startProcess('queue-process.ts', dataDir)
  const client = clientOf(child.endpoint)
  const acknowledged: string[] = []
  const sendUntilRefused = async (group: string): Promise<void> => {
    for (let number = 0; ; number += 1) {
      const body = `${group}-${number}`
      const input = { MessageBody: body, MessageGroupId: group, MessageDeduplicationId: body }
      const url = queueUrl(child.endpoint, 'work.fifo')
      const isSent = await client.send(new SendMessageCommand({ QueueUrl: url, ...input })).then(
        () => true,
        () => false,
      )
      if (!isSent) return
      acknowledged.push(body)
      if (acknowledged.length === 200) void child.kill()
    }
  }

  await Promise.all(['a', 'b', 'c'].map(sendUntilRefused))
  await child.kill()
  const aws = await testAws({ dataDir })
  const kept = aws.queues.get('work.fifo').receive({ maxMessages: 10_000 })

  const bodies = kept.map(message => message.body)
  expect(acknowledged.length).toBeGreaterThanOrEqual(200)
  expect(acknowledged.filter(body => !bodies.includes(body))).toEqual([])
  expect(new Set(bodies).size).toBe(bodies.length)
  const ofGroupA = kept.filter(message => message.groupId === 'a').map(message => message.body)
  expect(ofGroupA).toEqual(ofGroupA.map((_, index) => `a-${index}`))
})

it('F30 gives back what was in flight when the process was killed, and counts the receive towards the dead letters', async () => {
  const dataDir = await testFolder()
  const crashWhileHandling = async () => {
    const child = await startProcess('queue-process.ts', dataDir)
    const client = clientOf(child.endpoint)
    const url = queueUrl(child.endpoint, 'work.fifo')
    const input = { QueueUrl: url, MessageBody: 'kills', MessageGroupId: 'g', MessageDeduplicationId: 'd' }
    await client.send(new SendMessageCommand(input))
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 43_200 }))
    await child.kill()
    return Messages?.map(message => message.Body)
  }

  const received = [await crashWhileHandling(), await crashWhileHandling()]
  const aws = await testAws({ dataDir })
  const third = aws.queues.get('work.fifo').receive({ maxMessages: 10 })
  const dead = aws.queues.get('dead.fifo').receive({ maxMessages: 10 })

  expect(received).toEqual([['kills'], ['kills']])
  expect(third).toEqual([])
  expect(dead).toMatchObject([{ body: 'kills', receiveCount: 3 }])
})

it('passes over the half line that a kill inside a write leaves behind', async () => {
  const dataDir = await testFolder()
  const first = await testAws({ dataDir, queues: [{ name: 'plain' }] })
  first.queues.get('plain').send({ body: 'whole' })
  await first.close()
  await appendFile(join(dataDir, 'queues', 'plain.jsonl'), '{"op":"send","id":"ha')

  const second = await testAws({ dataDir })
  second.queues.get('plain').send({ body: 'next' })
  await second.close()
  const third = await testAws({ dataDir })

  const messages = third.queues.get('plain').receive({ maxMessages: 10 })
  expect(messages.map(message => message.body)).toEqual(['whole', 'next'])
})

it('names the line of a queue log that another program has changed', async () => {
  const dataDir = await testFolder()
  const first = await testAws({ dataDir, queues: [{ name: 'plain' }] })
  await first.close()
  await appendFile(join(dataDir, 'queues', 'plain.jsonl'), 'not json\n')

  await expect(testAws({ dataDir })).rejects.toThrow(/plain\.jsonl line 2 is not JSON/)
})

it('keeps the log of a busy queue small, and the last five minutes of deduplication with it', async () => {
  const dataDir = await testFolder()
  const queues = [{ name: 'work.fifo' }]
  const aws = await testAws({ dataDir, queues })
  const queue = aws.queues.get('work.fifo')
  const message = (number: number) => ({ body: 'x'.repeat(1000), groupId: 'g', deduplicationId: `${number % 50}` })

  for (let number = 0; number < 50; number += 1) queue.send(message(number))
  for (let round = 0; round < 2000; round += 1) {
    const [received] = queue.receive({ maxMessages: 1, visibilityTimeoutMs: 60_000 })
    if (received?.receiptHandle) queue.changeVisibility(received.receiptHandle, 0)
  }
  for (const received of queue.receive({ maxMessages: 49, visibilityTimeoutMs: 60_000 })) {
    queue.delete(received.receiptHandle ?? '')
  }
  await aws.close()
  const reopened = (await testAws({ dataDir, queues })).queues.get('work.fifo')

  expect((await stat(join(dataDir, 'queues', 'work.fifo.jsonl'))).size).toBeLessThan(100_000)
  reopened.send(message(0))
  expect(reopened.counts()).toMatchObject({ visible: 1 })
})

it('takes over the folder of a process that was killed, and refuses that of a living one', async () => {
  const dataDir = await testFolder()
  const child = await startProcess('queue-process.ts', dataDir)

  await expect(testAws({ dataDir })).rejects.toThrow(/in use by process \d+: stop that process/)
  await child.kill()
  await testAws({ dataDir })

  expect(await readFile(join(dataDir, 'process.lock'), 'utf8')).toBe(String(process.pid))
})

it('keeps every item that DynamoDB acknowledged before it was killed, and opens again at once', async () => {
  const dataDir = await testFolder()
  const child = await startProcess('dynamodb-process.ts', dataDir)
  const client = new DynamoDBClient({ ...clientOptions(child.endpoint), maxAttempts: 1 })
  const definition = new CreateTableCommand({
    TableName: 'shelflife',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  }).input
  await ensureTable(client, definition)
  let acknowledged = 0
  const put = (number: number) =>
    client.send(new PutItemCommand({ TableName: 'shelflife', Item: { pk: { S: `${number}` } } }))

  for (; acknowledged < 100; acknowledged += 1) await put(acknowledged)
  const unanswered = put(acknowledged).catch(() => undefined)
  await child.kill()
  await unanswered
  const restarted = await startDynamodb({ dataDir, accessKey })
  onTestFinished(() => restarted.close())
  const restartedClient = new DynamoDBClient(clientOptions(restarted.endpoint))
  await ensureTable(restartedClient, definition)

  for (let number = 0; number < acknowledged; number += 1) {
    const input = { TableName: 'shelflife', Key: { pk: { S: `${number}` } }, ConsistentRead: true }
    expect((await restartedClient.send(new GetItemCommand(input))).Item).toBeDefined()
  }
})
