import { Duration, Validations } from 'aws-cdk-lib'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { deadLetterRetentionDays } from '../../shared/wiring.ts'
import type { Alarms } from './alarms.ts'

export interface DeadLettersProps {
  readonly alarms: Alarms
  readonly fifo?: boolean
  /** What lies here, and what to do about it. */
  readonly runbook: string
}

/** Where one asynchronous edge puts what it could not deliver, with the alarm that rings at the first message. */
export class DeadLetters extends Queue {
  constructor(scope: Construct, id: string, { alarms, fifo, runbook }: DeadLettersProps) {
    super(scope, id, {
      // CDK wants the property absent, not false, for a queue that is not FIFO.
      ...(fifo && { fifo: true }),
      enforceSSL: true,
      retentionPeriod: Duration.days(deadLetterRetentionDays),
    })
    if (!fifo)
      Validations.of(this).acknowledge({
        id: 'AwsSolutions-SQS3',
        reason: 'it is the dead-letter queue of a rule or schedule, which the check looks for among queues only',
      })
    alarms.addAlarm(`${scope.node.id}-${id}`, {
      metric: this.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' }),
      runbook,
    })
  }
}
