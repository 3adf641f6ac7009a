import type { CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch'
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { UnavailableError } from '../../errors.ts'
import { late } from '../../late.ts'
import type { QueueDepth, QueueGauges } from '../../ports/metrics-store.ts'

interface QueueGaugesDeps {
  readonly sqs: SQSClient
  /** Queues tell the age of their oldest message to it alone. */
  readonly cloudWatch: CloudWatchClientConfig
  readonly now: () => Date
}

const waiting = 'ApproximateNumberOfMessages'
const underWay = 'ApproximateNumberOfMessagesNotVisible'

type Measured = Omit<QueueDepth, 'ageSeconds'> & { readonly url: string }

/** By the address of each queue. What is empty has no age to ask for, so that an idle installation asks CloudWatch nothing. */
export const createQueueGauges = (
  { sqs, cloudWatch, now }: QueueGaugesDeps,
  urls: Readonly<Record<string, string>>,
): QueueGauges => {
  const findAges = late(async () => (await import('./queue-ages.ts')).openQueueAges(cloudWatch, now))
  return {
    listDepths: async () => {
      const all = await Promise.all(Object.entries(urls).map(([queue, url]) => readDepth(sqs, queue, url)))
      const filled = all.filter(isFilled)
      const ages = filled.length === 0 ? new Map<string, number>() : await (await findAges())(filled)
      return all.map(one => withAge(one, isFilled(one) ? ages.get(one.queue) : 0))
    },
  }
}

const isFilled = (depth: Measured): boolean => depth.waiting + depth.underWay > 0

const withAge = ({ url: _, ...depth }: Measured, ageSeconds: number | undefined): QueueDepth => ({
  ...depth,
  ...(ageSeconds !== undefined && { ageSeconds }),
})

async function readDepth(client: SQSClient, queue: string, url: string): Promise<Measured> {
  try {
    const asked = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [waiting, underWay] })
    const { Attributes = {} } = await client.send(asked)
    return { queue, url, waiting: Number(Attributes[waiting] ?? 0), underWay: Number(Attributes[underWay] ?? 0) }
  } catch (cause) {
    throw new UnavailableError(`queue ${queue}: expected its number of messages, got no answer`, {
      kind: 'server',
      cause,
    })
  }
}
