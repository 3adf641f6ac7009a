import * as z from 'zod'
import { action, type JsonService } from './json-protocol.ts'
import type { Queues } from './queues.ts'

const metricDataInput = z.object({
  MetricDataQueries: z.array(
    z.object({
      Id: z.string().regex(/^[a-z]\w*$/),
      MetricStat: z.object({
        Metric: z.object({
          Namespace: z.string(),
          MetricName: z.string(),
          Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
        }),
      }),
    }),
  ),
})
type Metric = z.infer<typeof metricDataInput>['MetricDataQueries'][number]['MetricStat']['Metric']

/** The part of CloudWatch that tells how old the oldest message of a queue is, as of now. It has no value of anything else. */
export const cloudWatchService = (queues: Queues, now: () => number): JsonService => ({
  target: 'GraniteServiceVersion20100801',
  namespace: 'com.amazonaws.cloudwatch',
  validationCode: 'InvalidParameterValueException',
  actions: {
    GetMetricData: action(metricDataInput, ({ MetricDataQueries }) => ({
      MetricDataResults: MetricDataQueries.map(({ Id, MetricStat: { Metric: metric } }) => {
        const age = ageOf(metric, queues)
        const value = age === undefined ? { Timestamps: [], Values: [] } : { Timestamps: [now() / 1000], Values: [age] }
        return { Id, Label: metric.MetricName, StatusCode: 'Complete', ...value }
      }),
    })),
  },
})

function ageOf({ Namespace, MetricName, Dimensions }: Metric, queues: Queues): number | undefined {
  const name = Dimensions.find(one => one.Name === 'QueueName')?.Value
  if (Namespace !== 'AWS/SQS' || MetricName !== 'ApproximateAgeOfOldestMessage' || name === undefined) return undefined
  return queues.find(name)?.oldestAgeSeconds()
}
