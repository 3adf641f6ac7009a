import { CfnOutput, Duration, Stack } from 'aws-cdk-lib'
import { FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import { Construct } from 'constructs'
import type { InstallationNames } from '../../shared/installation-names.ts'
import { webhookRoutes } from '../../shared/wiring.ts'
import type { Alarms } from './alarms.ts'
import type { Door } from './door/door.ts'

export interface WebhookUrlProps {
  readonly webhook: LambdaFunction
  readonly alarms: Alarms
  readonly names: InstallationNames
  readonly door: Door | undefined
  /** The function has an address of its own; the only one where there is no door. */
  readonly hasFunctionUrl: boolean
}

const period = Duration.minutes(5)

/**
 * The address that registries call. Registries cannot sign for IAM, so it asks for no authentication and the
 * function checks the secret of the registry; its reserved concurrency bounds what a flood can take.
 */
export class WebhookUrl extends Construct {
  constructor(scope: Construct, id: string, { webhook, alarms, names, door, hasFunctionUrl }: WebhookUrlProps) {
    super(scope, id)
    const ownUrl = hasFunctionUrl || !door ? openUrl(webhook, alarms) : undefined
    const address = door?.address ?? ownUrl ?? ''
    new StringParameter(this, 'address', {
      parameterName: names.webhookParameter,
      stringValue: address,
      description: 'where the command finds the address of the webhooks of shelflife',
    })
    new CfnOutput(Stack.of(this), 'WebhookUrl', {
      value: address,
      description: `${Object.keys(webhookRoutes).join(' or ')} below it; shelflife webhook HOST --aws prints what to set up`,
    })
    if (door && ownUrl !== undefined)
      new CfnOutput(Stack.of(this), 'WebhookFunctionUrl', {
        value: ownUrl,
        description: 'the address of the function itself, which ends with it',
      })
    alarms.addAlarm('webhook-throttled', {
      metric: webhook.metricThrottles({ period }),
      periods: { bad: 3, of: 3 },
      runbook:
        'More webhooks arrive than may be handled at once. See in its log who calls; raise webhookConcurrency in the configuration when it is the registries.',
    })
  }
}

function openUrl(webhook: LambdaFunction, alarms: Alarms): string {
  const { url } = webhook.addFunctionUrl({ authType: FunctionUrlAuthType.NONE })
  alarms.addAlarm('webhook-failed', {
    // Of the URL and not of the function: it answers its own failures too, with 5xx.
    metric: webhook.metric('Url5xxCount', { period, statistic: 'Sum' }),
    runbook:
      'The webhook failed on a call that it should have answered. Hints are lost meanwhile, so images show up only at the next full sync. Read its log: most likely the queue hints or the secrets did not answer.',
  })
  return url
}
