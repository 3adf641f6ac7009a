import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  GetMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch'

/** A scrape waits no longer for it: functions in a VPC may have no way to CloudWatch. */
const patienceMs = 2_000
/** CloudWatch has a value of each minute, a few minutes late; of a queue that was idle for hours none for up to 15. */
const lookBackMs = 15 * 60_000

interface NamedQueue {
  readonly queue: string
  readonly url: string
}

/** Seconds by the name of the queue; without those that CloudWatch has no value of, and none where it does not answer. */
export type FindAges = (queues: readonly NamedQueue[]) => Promise<ReadonlyMap<string, number>>

/** Imported once a queue is filled: most are empty, and then nothing is asked of CloudWatch. */
export function openQueueAges(config: CloudWatchClientConfig, now: () => Date): FindAges {
  const client = new CloudWatchClient(config)
  return queues => findAges(queues, client, now)
}

async function findAges(
  queues: readonly NamedQueue[],
  client: CloudWatchClient,
  now: () => Date,
): Promise<ReadonlyMap<string, number>> {
  const asked = new GetMetricDataCommand({
    MetricDataQueries: queues.map(ageQuery),
    StartTime: new Date(now().getTime() - lookBackMs),
    EndTime: now(),
    ScanBy: 'TimestampDescending',
  })
  try {
    const { MetricDataResults = [] } = await client.send(asked, { abortSignal: AbortSignal.timeout(patienceMs) })
    const latest = new Map(MetricDataResults.map(({ Id, Values: [value] = [] }) => [Id, value]))
    return new Map(queues.flatMap(({ queue }, at) => pairs(queue, latest.get(idOf(at)))))
  } catch {
    return new Map()
  }
}

const pairs = (queue: string, age: number | undefined): [string, number][] => (age === undefined ? [] : [[queue, age]])

const idOf = (at: number): string => `queue${at}`

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
const ageQuery = ({ url }: NamedQueue, at: number): MetricDataQuery => ({
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
