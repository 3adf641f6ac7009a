import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { UnavailableError } from '../../errors.ts'
import type { QueueDepth, QueueGauges } from '../../ports/metrics-store.ts'

const waiting = 'ApproximateNumberOfMessages'
const underWay = 'ApproximateNumberOfMessagesNotVisible'

/** By the address of each queue. */
export const createQueueGauges = (client: SQSClient, urls: Readonly<Record<string, string>>): QueueGauges => ({
  listDepths: () => Promise.all(Object.entries(urls).map(([queue, url]) => readDepth(client, queue, url))),
})

async function readDepth(client: SQSClient, queue: string, QueueUrl: string): Promise<QueueDepth> {
  try {
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [waiting, underWay] })
    const { Attributes = {} } = await client.send(asked)
    return { queue, waiting: Number(Attributes[waiting] ?? 0), underWay: Number(Attributes[underWay] ?? 0) }
  } catch (cause) {
    throw new UnavailableError(`queue ${queue}: expected its number of messages, got no answer`, {
      kind: 'server',
      cause,
    })
  }
}
