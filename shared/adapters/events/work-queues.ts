import { createHash, randomUUID } from 'node:crypto'
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import pMap from 'p-map'
import { messageGroupOf } from '../../domain/message-group.ts'
import { slices } from '../../domain/slices.ts'
import { UnavailableError } from '../../errors.ts'
import type { EventPublisher, SweepQueue, SyncQueue } from '../../ports/messaging.ts'
import { bus } from '../../wiring.ts'

/** SendMessageBatch takes at most ten entries. */
const batchSize = 10

/** Batches of events on their way at once: three hundred one after the other outlast the webhook's timeout. */
const batchesAtOnce = 16

/**
 * Events for the one function that reads the queue, in the envelope of the bus. Each is sent by itself, however equal to
 * another: by the bus and a relay it would cost four times as much.
 */
export const createEventQueue = (client: SQSClient, queueUrl: string): EventPublisher => ({
  publishEvents: (type, details) => {
    const bodyOf = (detail: object) => ({ id: randomUUID(), source: bus.source, 'detail-type': type, detail })
    return sendAll(client, queueUrl, details, bodyOf, batchesAtOnce)
  },
})

/** Requests travel in the envelope of the bus, so that the consumer reads one form. */
export const createSyncQueue = (client: SQSClient, queueUrl: string): SyncQueue => ({
  sendSyncRequests: requests =>
    sendAll(client, queueUrl, requests, request => ({
      source: bus.source,
      'detail-type': 'SyncRequested',
      detail: request,
    })),
})

export const createSweepQueue = (client: SQSClient, queueUrl: string): SweepQueue => ({
  sendSweepRequests: requests => sendAll(client, queueUrl, requests, request => request),
})

async function sendAll<T extends { registry: string; repository: string }>(
  client: SQSClient,
  queueUrl: string,
  requests: readonly T[],
  bodyOf: (request: T) => unknown,
  concurrency = 1,
): Promise<void> {
  const entries = requests.map((request, at) => {
    const body = JSON.stringify(bodyOf(request))
    const deduplication = createHash('sha256').update(body).digest('hex')
    return {
      Id: `m${at}`,
      MessageBody: body,
      MessageGroupId: messageGroupOf(request),
      MessageDeduplicationId: deduplication,
    }
  })
  const send = async (Entries: typeof entries) => {
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
    const failed = answer.Failed?.length ?? 0
    if (failed > 0) throw new UnavailableError(`the queue refused ${failed} messages`, { kind: 'server' })
  }
  await pMap(slices(entries, batchSize), send, { concurrency })
}
