import { ChangeMessageVisibilityCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { SQSRecord } from 'aws-lambda'

const firstDelaySeconds = 15
const maxDelaySeconds = 900

/** 15 s after the first failure, twice as long after each further one, 15 minutes at most. */
export const retryDelaySeconds = (receiveCount: number): number =>
  Math.min(maxDelaySeconds, firstDelaySeconds * 2 ** Math.max(0, receiveCount - 1))

/**
 * Makes failed messages visible again soon. Their visibility timeout is six times the function's, as Lambda asks, and
 * for all of that time the group of a FIFO queue would stand still.
 */
export const retrySoon =
  (client: SQSClient) =>
  async (records: readonly SQSRecord[]): Promise<void> => {
    const [first] = records
    if (!first) return
    const { QueueUrl } = await client.send(
      new GetQueueUrlCommand({ QueueName: first.eventSourceARN.split(':').at(-1) }),
    )
    for (const { receiptHandle, attributes } of records) {
      const VisibilityTimeout = retryDelaySeconds(Number(attributes.ApproximateReceiveCount))
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout }),
      )
    }
  }
