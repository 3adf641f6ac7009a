import type { SQSRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { handleBatch } from '../../../functions/runtime/partial-batch.ts'
import { retryDelaySeconds } from '../../../functions/runtime/queue-messages.ts'
import { InvalidInputError, UnavailableError } from '../../../shared/errors.ts'

const record = (messageId: string, group: string): SQSRecord => ({
  messageId,
  receiptHandle: messageId,
  body: messageId,
  attributes: {
    MessageGroupId: group,
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'test',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:sync.fifo',
  awsRegion: 'eu-west-1',
})
const quiet = { warn: () => undefined, error: () => undefined }

async function handled(records: SQSRecord[], failing: Readonly<Record<string, Error>>) {
  const done: string[] = []
  const retried: string[] = []
  const held: string[] = []
  const answer = await handleBatch(
    { Records: records },
    {
      log: quiet,
      logOf: () => quiet,
      handleRecord: async ({ messageId }) => {
        if (failing[messageId]) throw failing[messageId]
        done.push(messageId)
      },
      messages: {
        retry: async back => {
          retried.push(...back.map(one => one.messageId))
        },
        hold: () => ({ done: one => void held.push(one.messageId), release: async () => void held.push('released') }),
      },
    },
  )
  return { done, retried, held, failures: answer.batchItemFailures.map(one => one.itemIdentifier) }
}

const unavailable = new UnavailableError('the table did not answer', { kind: 'server' })

describe('a batch of a FIFO queue', () => {
  it('F5 does nine messages of ten when one of another group fails', async () => {
    const records = Array.from({ length: 10 }, (_, at) => record(`m${at}`, `g${at}`))

    const { done, failures, retried } = await handled(records, { m4: unavailable })

    expect(done).toHaveLength(9)
    expect(failures).toEqual(['m4'])
    expect(retried).toEqual(['m4'])
  })

  it('F6 gives all back when all fail', async () => {
    const records = [record('a', 'g'), record('b', 'h')]

    const { failures } = await handled(records, { a: unavailable, b: unavailable })

    expect(failures).toEqual(['a', 'b'])
  })

  it('gives back what follows a failed message in its group, untouched', async () => {
    const { done, failures } = await handled([record('a', 'g'), record('b', 'g'), record('c', 'h')], { a: unavailable })

    expect(done).toEqual(['c'])
    expect(failures).toEqual(['a', 'b'])
  })

  it('drops a message that can never succeed and goes on with its group', async () => {
    const { done, failures } = await handled([record('a', 'g'), record('b', 'g')], {
      a: new InvalidInputError('expected JSON'),
    })

    expect(done).toEqual(['b'])
    expect(failures).toEqual([])
  })

  it('F41 says of each message that it is done as soon as it is, also of one that can never succeed', async () => {
    const records = [record('a', 'g'), record('b', 'g'), record('c', 'h')]

    const { held } = await handled(records, { a: new InvalidInputError('expected JSON'), c: unavailable })

    expect(held).toEqual(['a', 'b', 'released'])
  })

  it('waits 15 s after the first failure, doubling to 15 min', () => {
    expect([1, 2, 3, 20].map(retryDelaySeconds)).toEqual([15, 30, 60, 900])
  })
})
