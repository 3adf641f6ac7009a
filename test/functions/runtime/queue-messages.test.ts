import { SQSClient } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { expect, it, onTestFinished, vi } from 'vitest'
import { handleBatch } from '../../../functions/runtime/partial-batch.ts'
import { createQueueMessages } from '../../../functions/runtime/queue-messages.ts'
import { clientOptions } from '../../cli/embedded/aws/embedded-aws.ts'
import { bodiesOf, isEmpty, poll, startAws, ten } from '../../cli/embedded/polling.ts'

const quiet = { warn: () => undefined, error: () => undefined }
const beatMs = 20
const longVisibilityMs = 5_400_000

/** Batches of a FIFO queue as a function handles them; one that was killed says nothing more to the queue. */
async function startBatches(handle: (body: string, batch: number) => Promise<void>) {
  const aws = await startAws()
  for (const body of ten) aws.queues.get('work.fifo').send({ body, groupId: `group of ${body}` })
  const batches: string[][] = []
  const killed = Promise.withResolvers<undefined>()
  let beats = 0
  onTestFinished(() => killed.resolve(undefined))
  const clientOf = (isMortal: boolean) => {
    const client = new SQSClient(clientOptions(aws.endpoint))
    client.middlewareStack.add(
      (next, { commandName }) =>
        async args => {
          if (isMortal && isDead) await killed.promise
          const answer = await next(args)
          if (commandName === 'ChangeMessageVisibilityBatchCommand') beats++
          return answer
        },
      { step: 'initialize' },
    )
    return client
  }
  let isDead = false
  let kill: (error: Error) => void = () => undefined
  const invoke = (event: SQSEvent) => {
    batches.push(bodiesOf(event))
    const nth = batches.length
    const messages = createQueueMessages(clientOf(nth === 1), { visibilitySeconds: 1, firstBeatMs: beatMs, beatMs })
    const answer = handleBatch(event, {
      log: quiet,
      logOf: () => quiet,
      messages,
      handleRecord: ({ body }) => handle(body, nth),
    })
    return nth > 1 ? answer : Promise.race([answer, new Promise<never>((_, reject) => (kill = reject))])
  }
  const { errors } = poll(aws, invoke, { queueName: 'work.fifo', visibilityTimeoutMs: longVisibilityMs })
  return {
    aws,
    batches,
    errors,
    beats: () => beats,
    kill: () => {
      isDead = true
      kill(new Error('killed'))
    },
  }
}

it('F41 F30 brings back what was not done of a batch that was killed, soon and alone', async () => {
  const forever = Promise.withResolvers<undefined>()
  onTestFinished(() => forever.resolve(undefined))
  const done: string[] = []
  const { aws, batches, errors, beats, kill } = await startBatches(async (body, batch) => {
    if (body === 'm4' && batch === 1) await forever.promise
    done.push(body)
  })

  await vi.waitFor(() => expect(aws.queues.get('work.fifo').counts()).toMatchObject({ inFlight: 1 }))
  await vi.waitFor(() => expect(beats()).toBeGreaterThan(0))
  kill()
  await vi.waitFor(() => expect(isEmpty(aws, 'work.fifo')).toBe(true), 10_000)

  expect(batches).toEqual([ten, ['m4']])
  expect(done.toSorted()).toEqual(ten)
  expect(errors).toEqual([new Error('killed')])
})

it('F41 F29 gives no message of a batch that lives to another', async () => {
  const beaten = Promise.withResolvers<undefined>()
  const { aws, batches, beats } = await startBatches(async body => {
    if (body === 'm4') await beaten.promise
  })
  const queue = aws.queues.get('work.fifo')

  // Longer than a message is hidden by one beat.
  await vi.waitFor(() => expect(beats()).toBeGreaterThan(1_500 / beatMs), 10_000)
  const before = queue.counts()
  beaten.resolve(undefined)
  await vi.waitFor(() => expect(isEmpty(aws, 'work.fifo')).toBe(true))

  expect(before).toEqual({ visible: 0, inFlight: 1, delayed: 0 })
  expect(batches).toEqual([ten])
})

const messageOf = (queue: string, receives = 1) =>
  ({
    eventSourceARN: `arn:aws:sqs:eu-west-1:123456789012:${queue}`,
    receiptHandle: 'h',
    attributes: { ApproximateReceiveCount: String(receives) },
  }) as SQSEvent['Records'][number]

it('tells of a queue that does not answer, and handles the batch', async () => {
  const aws = await startAws()
  const client = new SQSClient(clientOptions(aws.endpoint))
  const told = Promise.withResolvers<unknown>()
  const messages = createQueueMessages(client, { visibilitySeconds: 120, firstBeatMs: 0, beatMs: 40_000 })

  const hold = messages.hold([messageOf('none.fifo')], told.resolve)
  const error = await told.promise
  await hold.release()

  expect(error).toMatchObject({ name: 'QueueDoesNotExist' })
})

it.each([
  [1, 'asks the queue nothing of a batch that ends soon', 0],
  [2, 'holds a batch at once whose message came before', 2],
])('received %i times: %s', async (receives, _, requests) => {
  const aws = await startAws()
  const client = new SQSClient(clientOptions(aws.endpoint))
  let sent = 0
  client.middlewareStack.add(
    next => args => {
      sent++
      return next(args)
    },
    { step: 'initialize' },
  )

  await createQueueMessages(client)
    .hold([messageOf('work.fifo', receives)], () => undefined)
    .release()

  // Where the queue is, and that the message stays hidden.
  expect(sent).toBe(requests)
})
