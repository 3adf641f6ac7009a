import { Stack } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { InstallationNames } from '../../shared/installation-names.ts'

export interface AlarmProps {
  readonly metric: IMetric
  /** What happened, why it matters, and what to do, in that order. */
  readonly runbook: string
  /** Rings at this value and above. Default 1. */
  readonly atLeast?: number
  /** Rings below this value, and when nothing is measured at all. Instead of `atLeast`. */
  readonly below?: number
  /** Periods looked at, and how many of them must be bad. Default 1 of 1. */
  readonly periods?: { readonly bad: number; readonly of: number }
}

/** The topic by which people are notified, and every alarm that leads to it. */
export class Alarms extends Construct {
  readonly topic: Topic

  constructor(
    scope: Construct,
    id: string,
    props: { readonly names: InstallationNames; readonly email?: string | undefined },
  ) {
    super(scope, id)
    this.topic = new Topic(this, 'topic', { displayName: `${props.names.name} alarms`, enforceSSL: true })
    // The TLS rule replaces the topic's default policy, which is what lets CloudWatch publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
    if (props.email) this.topic.addSubscription(new EmailSubscription(props.email))
  }

  addAlarm(id: string, props: AlarmProps): Alarm {
    const mustBeHigh = props.below !== undefined
    const alarm = new Alarm(this, id, {
      metric: props.metric,
      alarmDescription: props.runbook,
      threshold: props.below ?? props.atLeast ?? 1,
      comparisonOperator: mustBeHigh
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: mustBeHigh ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      evaluationPeriods: props.periods?.of ?? 1,
      datapointsToAlarm: props.periods?.bad ?? 1,
    })
    alarm.addAlarmAction(new SnsAction(this.topic))
    alarm.addOkAction(new SnsAction(this.topic))
    return alarm
  }
}
