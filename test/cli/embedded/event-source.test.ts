import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { expect, it, onTestFinished, vi } from 'vitest'
import { clientOptions } from './aws/embedded-aws.ts'
import { failuresOf, isEmpty, poll, recording, sendAll, startAws, ten } from './polling.ts'

it('hands the handler the event of Lambda', async () => {
  const aws = await startAws()
  const events: SQSEvent[] = []
  poll(aws, async event => void events.push(event), { queueName: 'work.fifo' })
  const MessageAttributes = { trace: { DataType: 'String', StringValue: 't1' } }

  const sent = await new SQSClient(clientOptions(aws.endpoint)).send(
    new SendMessageCommand({
      QueueUrl: aws.queueUrl('work.fifo'),
      MessageBody: '{"tag":"v1"}',
      MessageGroupId: 'harbor/app',
      MessageAttributes,
    }),
  )
  await vi.waitFor(() => expect(events).toHaveLength(1))

  expect(events[0]?.Records).toEqual([
    {
      messageId: sent.MessageId,
      receiptHandle: expect.any(String),
      body: '{"tag":"v1"}',
      attributes: {
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: '000000000000',
        SequenceNumber: sent.SequenceNumber,
        MessageGroupId: 'harbor/app',
        MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      messageAttributes: {
        trace: { dataType: 'String', stringValue: 't1', stringListValues: [], binaryListValues: [] },
      },
      md5OfBody: sent.MD5OfMessageBody,
      md5OfMessageAttributes: sent.MD5OfMessageAttributes,
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work.fifo',
      awsRegion: 'us-east-1',
    },
  ])
})

it('wakes the handler by the send itself, and by no clock', async () => {
  const aws = await startAws()
  const { batches, invoke } = recording()
  poll(aws, invoke)
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
  onTestFinished(() => void vi.useRealTimers())

  for (const body of ten) {
    sendAll(aws, [body])
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
  }

  expect(batches).toEqual(ten.map(body => [body]))
})

it('F5 deletes nine messages of a batch of ten with a poison message, and makes that one a dead letter', async () => {
  const aws = await startAws()
  const { batches, invoke } = recording(event => failuresOf(event, body => body === 'm4'))
  const client = new SQSClient(clientOptions(aws.endpoint))

  const Entries = ten.map(body => ({ Id: body, MessageBody: body }))
  await client.send(new SendMessageBatchCommand({ QueueUrl: aws.queueUrl('plain'), Entries }))
  const { errors } = poll(aws, invoke, { visibilityTimeoutMs: 20 })
  await vi.waitFor(() => expect(aws.queues.get('dead').counts().visible).toBe(1))

  expect(batches).toEqual([ten, ['m4'], ['m4']])
  expect(isEmpty(aws, 'plain')).toBe(true)
  expect(errors).toEqual([])
})

it('F6 brings all ten messages back when all fail', async () => {
  const aws = await startAws()
  const { batches, invoke } = recording(event => (batches.length === 1 ? failuresOf(event, () => true) : undefined))
  sendAll(aws, ten)

  poll(aws, invoke, { visibilityTimeoutMs: 20 })
  await vi.waitFor(() => expect(isEmpty(aws, 'plain')).toBe(true))

  expect(batches.flat().toSorted()).toEqual([...ten, ...ten].toSorted())
})

it('F6 brings the whole batch back when the handler throws, and tells why', async () => {
  const aws = await startAws()
  const { batches, invoke } = recording(() => {
    if (batches.length === 1) throw new Error('table does not answer')
    return undefined
  })
  sendAll(aws, ten)

  const { errors } = poll(aws, invoke, { visibilityTimeoutMs: 20 })
  await vi.waitFor(() => expect(isEmpty(aws, 'plain')).toBe(true))

  expect(batches.flat()).toHaveLength(20)
  expect(errors).toMatchObject([{ message: 'table does not answer' }])
})

it('takes a report of a message that is not in the batch for the failure of all', async () => {
  const aws = await startAws()
  const { batches, invoke } = recording(() =>
    batches.length === 1 ? { batchItemFailures: [{ itemIdentifier: '' }] } : undefined,
  )
  sendAll(aws, ['a', 'b'])

  const { errors } = poll(aws, invoke, { visibilityTimeoutMs: 20 })
  await vi.waitFor(() => expect(isEmpty(aws, 'plain')).toBe(true))

  expect(batches.flat().toSorted()).toEqual(['a', 'a', 'b', 'b'])
  expect(errors).toHaveLength(1)
})

it('gathers a batch for as long as its window says, and not longer once it is full', async () => {
  const aws = await startAws()
  const { batches, invoke } = recording()
  poll(aws, invoke, { batchSize: 3, maxBatchingWindowMs: 100 })

  for (const body of ['a', 'b', 'c', 'd']) {
    sendAll(aws, [body])
    await new Promise(setImmediate)
  }
  await vi.waitFor(() => expect(batches).toHaveLength(2))

  expect(batches).toEqual([['a', 'b', 'c'], ['d']])
})

it('waits at its stop for the run under way, and takes nothing after it', async () => {
  const aws = await startAws()
  const run = Promise.withResolvers<undefined>()
  const { batches, invoke } = recording()
  const { poller } = poll(aws, async event => {
    await invoke(event)
    return run.promise
  })
  sendAll(aws, ['first'])
  await vi.waitFor(() => expect(batches).toHaveLength(1))

  const stopped = poller.stop()
  sendAll(aws, ['second'])
  run.resolve(undefined)
  await stopped

  expect(batches).toEqual([['first']])
  expect(aws.queues.get('plain').counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 })
})
