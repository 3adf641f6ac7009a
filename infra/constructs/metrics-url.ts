import { CfnOutput, Duration, Stack } from 'aws-cdk-lib'
import { FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { metricsRoute } from '../../shared/wiring.ts'
import type { Alarms } from './alarms.ts'
import type { Door } from './door/door.ts'

export interface MetricsUrlProps {
  readonly metrics: LambdaFunction
  readonly alarms: Alarms
  readonly door: Door | undefined
  /** The function has an address of its own; the only one where there is no door. */
  readonly hasFunctionUrl: boolean
}

/** The address that Prometheus scrapes. It cannot sign for IAM either, so the function checks a secret. */
export class MetricsUrl extends Construct {
  constructor(scope: Construct, id: string, { metrics, alarms, door, hasFunctionUrl }: MetricsUrlProps) {
    super(scope, id)
    const ownUrl = hasFunctionUrl || !door ? openUrl(metrics, alarms) : undefined
    const output = (name: string, value: string, description: string) =>
      new CfnOutput(Stack.of(this), name, { value, description })
    const address = door ? `${door.address}${metricsRoute}` : (ownUrl ?? '')
    output('MetricsUrl', address, 'for Prometheus, with the secret metrics.secret')
    if (door && ownUrl !== undefined)
      output('MetricsFunctionUrl', ownUrl, 'the address of the function itself, which ends with it')
  }
}

/** With its path. */
function openUrl(metrics: LambdaFunction, alarms: Alarms): string {
  const { url } = metrics.addFunctionUrl({ authType: FunctionUrlAuthType.NONE })
  alarms.addAlarm('metrics-failed', {
    metric: metrics.metric('Url5xxCount', { period: Duration.minutes(5), statistic: 'Sum' }),
    periods: { bad: 3, of: 3 },
    runbook:
      'Scrapes of the metrics have failed for a quarter of an hour, so that no alert of Prometheus rings. Read the log of metrics: most likely the table or the secret did not answer.',
  })
  return `${url}${metricsRoute.slice(1)}`
}
