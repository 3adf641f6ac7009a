import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'

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

/** The alarms of a stack. */
export class Alarms extends Construct {
  /** Where each of them tells of its changes. */
  readonly #topics: ITopic[]

  constructor(scope: Construct, id: string, { topics }: { readonly topics: readonly ITopic[] }) {
    super(scope, id)
    this.#topics = [...topics]
  }

  /** For alarms that are added after it. */
  addTopic(topic: ITopic): void {
    this.#topics.push(topic)
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
    for (const topic of this.#topics) {
      alarm.addAlarmAction(new SnsAction(topic))
      alarm.addOkAction(new SnsAction(topic))
    }
    return alarm
  }
}
