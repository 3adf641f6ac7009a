import { Duration } from 'aws-cdk-lib'
import { FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { metricsRoute } from '../../shared/wiring.ts'
import type { Alarms } from './alarms.ts'

export interface MetricsUrlProps {
  readonly metrics: LambdaFunction
  readonly alarms: Alarms
}

/** The address that Prometheus scrapes. It cannot sign for IAM either, so the function checks a secret. */
export class MetricsUrl extends Construct {
  /** With its path. */
  readonly url: string

  constructor(scope: Construct, id: string, { metrics, alarms }: MetricsUrlProps) {
    super(scope, id)
    const { url } = metrics.addFunctionUrl({ authType: FunctionUrlAuthType.NONE })
    this.url = `${url}${metricsRoute.slice(1)}`
    alarms.addAlarm('metrics-failed', {
      metric: metrics.metric('Url5xxCount', { period: Duration.minutes(5), statistic: 'Sum' }),
      periods: { bad: 3, of: 3 },
      runbook:
        'Scrapes of the metrics have failed for a quarter of an hour, so that no alert of Prometheus rings. Read the log of metrics: most likely the table or the secret did not answer.',
    })
  }
}
