import { Duration } from 'aws-cdk-lib'
import { FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import { Construct } from 'constructs'
import type { InstallationNames } from '../../shared/installation-names.ts'
import type { Alarms } from './alarms.ts'

export interface WebhookUrlProps {
  readonly webhook: LambdaFunction
  readonly alarms: Alarms
  readonly names: InstallationNames
}

/**
 * The address that registries call. Registries cannot sign for IAM, so the URL asks for no authentication and the
 * function checks the secret of the registry; its reserved concurrency bounds what a flood can take.
 */
export class WebhookUrl extends Construct {
  readonly url: string

  constructor(scope: Construct, id: string, { webhook, alarms, names }: WebhookUrlProps) {
    super(scope, id)
    this.url = webhook.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url
    new StringParameter(this, 'address', {
      parameterName: names.webhookParameter,
      stringValue: this.url,
      description: 'where the command finds the address of the webhooks of shelflife',
    })
    const period = Duration.minutes(5)
    alarms.addAlarm('webhook-failed', {
      // Of the URL and not of the function: it answers its own failures too, with 5xx.
      metric: webhook.metric('Url5xxCount', { period, statistic: 'Sum' }),
      runbook:
        'The webhook failed on a call that it should have answered. Hints are lost meanwhile, so images show up only at the next full sync. Read its log: most likely the bus or the secrets did not answer.',
    })
    alarms.addAlarm('webhook-throttled', {
      metric: webhook.metricThrottles({ period }),
      periods: { bad: 3, of: 3 },
      runbook:
        'More webhooks arrive than may be handled at once. See in its log who calls; raise webhookConcurrency in the configuration when it is the registries.',
    })
  }
}
