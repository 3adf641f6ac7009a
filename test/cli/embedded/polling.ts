import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { onTestFinished } from 'vitest'
import type { LocalAws } from '../../../cli/embedded/aws/endpoint.ts'
import { type PollOptions, pollQueue } from '../../../cli/embedded/event-source.ts'
import { testAws } from './aws/embedded-aws.ts'

export type Invoke = PollOptions['invoke']

export const bodiesOf = (event: SQSEvent) => event.Records.map(record => record.body)

export const startAws = () =>
  testAws({
    queues: [
      { name: 'dead' },
      { name: 'plain', deadLetter: { queue: 'dead', maxReceiveCount: 3 } },
      { name: 'work.fifo', contentBasedDeduplication: true },
    ],
  })

export const poll = (aws: LocalAws, invoke: Invoke, options: Partial<PollOptions> = {}) => {
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
export const recording = (answer: (event: SQSEvent) => SQSBatchResponse | undefined = () => undefined) => {
  const batches: string[][] = []
  const invoke: Invoke = async event => {
    batches.push(bodiesOf(event))
    return answer(event)
  }
  return { batches, invoke }
}

export const sendAll = (aws: LocalAws, bodies: readonly string[]) => {
  for (const body of bodies) aws.queues.get('plain').send({ body })
}
export const sendToGroup = (aws: LocalAws, groupId: string, bodies: readonly string[]) => {
  for (const body of bodies) aws.queues.get('work.fifo').send({ body, groupId })
}
export const failuresOf = (event: SQSEvent, isFailed: (body: string) => boolean): SQSBatchResponse => ({
  batchItemFailures: event.Records.filter(record => isFailed(record.body)).map(record => ({
    itemIdentifier: record.messageId,
  })),
})
export const isEmpty = (aws: LocalAws, queueName: string) => {
  const { visible, inFlight, delayed } = aws.queues.get(queueName).counts()
  return visible + inFlight + delayed === 0
}
export const ten = Array.from({ length: 10 }, (_, index) => `m${index}`)
