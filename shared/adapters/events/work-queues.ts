import { createHash } from 'node:crypto'
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { messageGroupOf } from '../../domain/message-group.ts'
import { slices } from '../../domain/slices.ts'
import { UnavailableError } from '../../errors.ts'
import type { SweepQueue, SyncQueue } from '../../ports/messaging.ts'
import { bus } from '../../wiring.ts'

/** SendMessageBatch takes at most ten entries. */
const batchSize = 10

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
  for (const Entries of slices(entries, batchSize)) {
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
    const failed = answer.Failed?.length ?? 0
    if (failed > 0) throw new UnavailableError(`the queue refused ${failed} messages`, { kind: 'server' })
  }
}
