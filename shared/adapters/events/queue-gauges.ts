import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch'
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { UnavailableError } from '../../errors.ts'
import type { QueueDepth, QueueGauges } from '../../ports/metrics-store.ts'

interface QueueGaugesDeps {
  readonly sqs: SQSClient
  /** Queues tell the age of their oldest message to it alone. */
  readonly cloudWatch: CloudWatchClient
  readonly now: () => Date
}

const waiting = 'ApproximateNumberOfMessages'
const underWay = 'ApproximateNumberOfMessagesNotVisible'

type Measured = Omit<QueueDepth, 'ageSeconds'> & { readonly url: string }

/** By the address of each queue. What is empty has no age to ask for, so that an idle installation asks CloudWatch nothing. */
export const createQueueGauges = (deps: QueueGaugesDeps, urls: Readonly<Record<string, string>>): QueueGauges => ({
  listDepths: async () => {
    const all = await Promise.all(Object.entries(urls).map(([queue, url]) => readDepth(deps.sqs, queue, url)))
    const ages = await findAges(all.filter(isFilled), deps)
    return all.map(one => withAge(one, isFilled(one) ? ages.get(one.queue) : 0))
  },
})

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

/** A scrape waits no longer for it: functions in a VPC may have no way to CloudWatch. */
const patienceMs = 2_000
/** CloudWatch has a value of each minute, a few minutes late; of a queue that was idle for hours none for up to 15. */
const lookBackMs = 15 * 60_000

/** Seconds by the name of the queue; without those that CloudWatch has no value of, and none where it does not answer. */
async function findAges(
  filled: readonly Measured[],
  { cloudWatch, now }: QueueGaugesDeps,
): Promise<ReadonlyMap<string, number>> {
  if (filled.length === 0) return new Map()
  const asked = new GetMetricDataCommand({
    MetricDataQueries: filled.map(ageQuery),
    StartTime: new Date(now().getTime() - lookBackMs),
    EndTime: now(),
    ScanBy: 'TimestampDescending',
  })
  try {
    const { MetricDataResults = [] } = await cloudWatch.send(asked, { abortSignal: AbortSignal.timeout(patienceMs) })
    const latest = new Map(MetricDataResults.map(({ Id, Values: [value] = [] }) => [Id, value]))
    return new Map(filled.flatMap(({ queue }, at) => pairs(queue, latest.get(idOf(at)))))
  } catch {
    return new Map()
  }
}

const pairs = (queue: string, age: number | undefined): [string, number][] => (age === undefined ? [] : [[queue, age]])

const idOf = (at: number): string => `queue${at}`

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
const ageQuery = ({ url }: Measured, at: number): MetricDataQuery => ({
  Id: idOf(at),
  MetricStat: {
    Metric: {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: url.slice(url.lastIndexOf('/') + 1) }],
    },
    Period: 60,
    Stat: 'Maximum',
  },
})
