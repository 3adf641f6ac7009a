import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { LocalAws } from '../../../cli/local/aws/endpoint.ts'
import { type PollOptions, pollQueue } from '../../../cli/local/event-source.ts'
import { clientOptions, testAws } from './aws/embedded-aws.ts'

type Invoke = PollOptions['invoke']

const bodiesOf = (event: SQSEvent) => event.Records.map(record => record.body)

const startAws = () =>
  testAws({
    queues: [
      { name: 'dead' },
      { name: 'plain', deadLetter: { queue: 'dead', maxReceiveCount: 3 } },
      { name: 'work.fifo', contentBasedDeduplication: true },
    ],
  })

const poll = (aws: LocalAws, invoke: Invoke, options: Partial<PollOptions> = {}) => {
  const errors: unknown[] = []
  const poller = pollQueue({
    aws,
    queueName: 'plain',
    batchSize: 10,
    visibilityTimeoutMs: 60_000,
    concurrency: 1,
    invoke,
    onError: error => errors.push(error),
    ...options,
  })
  onTestFinished(() => poller.stop())
  return { poller, errors }
}

/** A handler that records its batches and answers with what `answer` says. */
const recording = (answer: (event: SQSEvent) => SQSBatchResponse | undefined = () => undefined) => {
  const batches: string[][] = []
  const invoke: Invoke = async event => {
    batches.push(bodiesOf(event))
    return answer(event)
  }
  return { batches, invoke }
}

const sendAll = (aws: LocalAws, bodies: readonly string[]) => {
  for (const body of bodies) aws.queues.get('plain').send({ body })
}
const sendToGroup = (aws: LocalAws, groupId: string, bodies: readonly string[]) => {
  for (const body of bodies) aws.queues.get('work.fifo').send({ body, groupId })
}
const failuresOf = (event: SQSEvent, isFailed: (body: string) => boolean): SQSBatchResponse => ({
  batchItemFailures: event.Records.filter(record => isFailed(record.body)).map(record => ({
    itemIdentifier: record.messageId,
  })),
})
const isEmpty = (aws: LocalAws, queueName: string) => {
  const { visible, inFlight, delayed } = aws.queues.get(queueName).counts()
  return visible + inFlight + delayed === 0
}
const ten = Array.from({ length: 10 }, (_, index) => `m${index}`)

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

it('wakes the handler within milliseconds of a send', async () => {
  const aws = await startAws()
  const latenciesMs: number[] = []
  poll(aws, async event => void latenciesMs.push(performance.now() - Number(event.Records[0]?.body)))

  for (let sent = 1; sent <= 20; sent += 1) {
    sendAll(aws, [String(performance.now())])
    await vi.waitFor(() => expect(latenciesMs).toHaveLength(sent), { interval: 1 })
  }

  expect(latenciesMs.toSorted((a, b) => a - b)[10]).toBeLessThan(5)
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

it('F1 invokes once for a message that was sent a hundred times', async () => {
  const aws = await startAws()
  const { batches, invoke } = recording()
  poll(aws, invoke, { queueName: 'work.fifo' })

  for (let time = 0; time < 100; time += 1) sendToGroup(aws, 'g', ['same'])
  sendToGroup(aws, 'g', ['last'])
  await vi.waitFor(() => expect(batches.flat()).toContain('last'))

  expect(batches.flat()).toEqual(['same', 'last'])
})

it('F29 lets a second worker have a message whose run outlasts its visibility timeout', async () => {
  const aws = await startAws()
  const first = Promise.withResolvers<undefined>()
  const counts: string[] = []
  const invoke: Invoke = async event => {
    counts.push(event.Records[0]?.attributes.ApproximateReceiveCount ?? '')
    return counts.length === 1 ? first.promise : undefined
  }
  sendToGroup(aws, 'g', ['slow'])

  const { errors } = poll(aws, invoke, { queueName: 'work.fifo', concurrency: 2, visibilityTimeoutMs: 20 })
  await vi.waitFor(() => expect(counts).toEqual(['1', '2']))
  await vi.waitFor(() => expect(isEmpty(aws, 'work.fifo')).toBe(true))
  sendToGroup(aws, 'g', ['next'])
  first.resolve(undefined)
  await vi.waitFor(() => expect(isEmpty(aws, 'work.fifo')).toBe(true))

  expect(counts).toEqual(['1', '2', '1'])
  expect(errors).toEqual([])
})

it('F29 tells of a message that was handled too late to be deleted', async () => {
  const aws = await startAws()
  const runs = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  let started = 0
  const invoke: Invoke = async () => runs[started++]?.promise
  sendToGroup(aws, 'g', ['slow'])

  const { errors } = poll(aws, invoke, { queueName: 'work.fifo', concurrency: 2, visibilityTimeoutMs: 20 })
  await vi.waitFor(() => expect(started).toBe(2))
  runs[0]?.resolve(undefined)
  await vi.waitFor(() => expect(errors).toHaveLength(1))
  runs[1]?.resolve(undefined)

  expect(errors).toMatchObject([
    { message: expect.stringContaining('its visibility timeout ended before the handler') },
  ])
})

it('keeps the order in a group and works on different groups at the same time', async () => {
  const aws = await startAws()
  const seen: Record<string, string[]> = { a: [], b: [], c: [] }
  let running = 0
  let mostRunning = 0
  const invoke: Invoke = async event => {
    running += 1
    mostRunning = Math.max(mostRunning, running)
    for (const { body, attributes } of event.Records) seen[attributes.MessageGroupId ?? '']?.push(body)
    await new Promise(setImmediate)
    running -= 1
    return undefined
  }
  const numbers = Array.from({ length: 30 }, (_, index) => index)
  for (const number of numbers) for (const group of ['a', 'b', 'c']) sendToGroup(aws, group, [`${group}${number}`])

  poll(aws, invoke, { queueName: 'work.fifo', concurrency: 2, batchSize: 4 })
  await vi.waitFor(() => expect(isEmpty(aws, 'work.fifo')).toBe(true))

  for (const group of ['a', 'b', 'c']) expect(seen[group]).toEqual(numbers.map(number => `${group}${number}`))
  expect(mostRunning).toBe(2)
})

it('holds a FIFO group at its first failure, and delivers the rest of the group after it, in order', async () => {
  const aws = await startAws()
  const { batches, invoke } = recording(event => {
    if (batches.length > 1) return undefined
    sendToGroup(aws, 'g', ['4'])
    return failuresOf(event, body => body !== '1')
  })
  sendToGroup(aws, 'g', ['1', '2', '3'])

  poll(aws, invoke, { queueName: 'work.fifo', visibilityTimeoutMs: 30 })
  await vi.waitFor(() => expect(isEmpty(aws, 'work.fifo')).toBe(true))

  expect(batches).toEqual([
    ['1', '2', '3'],
    ['2', '3', '4'],
  ])
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
