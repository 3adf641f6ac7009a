import { Duration } from 'aws-cdk-lib'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Alarms } from '../alarms.ts'

export interface DoorMetrics {
  /** By which API Gateway tells its APIs apart. */
  readonly dimensions: Readonly<Record<string, string>>
  /** Names of the metrics of answers with 5xx and with 4xx, which differ by the kind of the API. */
  readonly failed: string
  readonly refused: string
}

const period = Duration.minutes(5)

/** Rings on calls that failed, and where so many are refused that it is no stranger's try. */
export function doorAlarms(alarms: Alarms, { dimensions, failed, refused }: DoorMetrics): void {
  const count = (metricName: string) =>
    new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ...dimensions },
      statistic: 'Sum',
      period,
    })
  alarms.addAlarm('way-in-failed', {
    metric: count(failed),
    runbook:
      'A call of the webhooks or the metrics failed that should have been answered. Hints are lost meanwhile, so images show up only at the next full sync. Read the logs of webhook and metrics: most likely a queue, the table or the secrets did not answer. Where they have no line of it, ShelflifePipeline is not deployed, or API Gateway may not call the function.',
  })
  alarms.addAlarm('way-in-refused', {
    metric: count(refused),
    atLeast: 100,
    periods: { bad: 3, of: 3 },
    runbook:
      'A hundred calls in five minutes are refused, for a quarter of an hour now. The log of webhook says of each with what it was answered: 401 is a secret, signature or address that is another (shelflife webhook HOST --check). What has no line there was refused before it, with 429 beyond wayIn.requestsPerSecond, or by the web ACL.',
  })
}
