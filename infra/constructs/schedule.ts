import { Duration, Stack } from 'aws-cdk-lib'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import { Construct } from 'constructs'
import type { ScheduleWiring } from '../../shared/wiring.ts'
import type { Alarms } from './alarms.ts'
import { DeadLetters } from './dead-letters.ts'

export interface ScheduleProps {
  readonly wiring: ScheduleWiring
  readonly consumer: LambdaFunction
  readonly alarms: Alarms
  readonly deadLetters: DeadLetters
}

/** Where the runs of a schedule go that were given up. */
export const scheduleDeadLetters = (
  scope: Construct,
  name: string,
  { wiring, alarms }: Pick<ScheduleProps, 'wiring' | 'alarms'>,
): DeadLetters =>
  new DeadLetters(new Construct(scope, `${name}-schedule`), 'dead-letters', {
    alarms,
    runbook: `A run of ${wiring.consumer} was given up: it failed, its retry too, or it could not be started. The message says why. The next run does the same work, so nothing is to be redriven: mend the cause, then purge the queue.`,
  })

/**
 * Runs a function every so many minutes. Dead letters take what the scheduler could not hand over and what the
 * function failed at; two alarms say that it failed, and that it did not run.
 */
export class Schedule extends Construct {
  constructor(scope: Construct, id: string, props: ScheduleProps) {
    super(scope, id)
    this.#createSchedule(props)
    this.#limitRetries(props)
    this.#watch(props)
  }

  #createSchedule({ wiring, consumer, deadLetters }: ScheduleProps): void {
    const role = new Role(this, 'role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    })
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [consumer.functionArn] }))
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }))
    const schedule = new CfnSchedule(this, 'schedule', {
      scheduleExpression: `rate(${wiring.everyMinutes} ${wiring.everyMinutes === 1 ? 'minute' : 'minutes'})`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: consumer.functionArn,
        roleArn: role.roleArn,
        deadLetterConfig: { arn: deadLetters.queueArn },
        // After that the next run is due.
        retryPolicy: { maximumEventAgeInSeconds: wiring.everyMinutes * 60, maximumRetryAttempts: 3 },
      },
    })
    // Without its policy the role's first runs would be refused.
    schedule.node.addDependency(role)
  }

  /** One retry a minute later carries a run over a short outage; older runs are worth nothing. */
  #limitRetries({ wiring, consumer, deadLetters }: ScheduleProps): void {
    consumer.configureAsyncInvoke({
      retryAttempts: 1,
      maxEventAge: Duration.minutes(wiring.everyMinutes + 2),
      onFailure: new SqsDestination(deadLetters),
    })
  }

  #watch({ wiring, consumer, alarms }: ScheduleProps): void {
    const period = Duration.minutes(wiring.everyMinutes)
    alarms.addAlarm(`${this.node.id}-failed`, {
      metric: consumer.metricErrors({ period }),
      periods: { bad: 2, of: 3 },
      runbook: `${wiring.consumer} failed in two of three runs. Until it succeeds ${wiring.untilItRuns}. Read its log for the error; a store or cluster that does not answer is named there.`,
    })
    alarms.addAlarm(`${this.node.id}-did-not-run`, {
      // Only the schedule invokes asynchronously, so that work from a queue cannot hide a schedule that stopped.
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'AsyncEventsReceived',
        dimensionsMap: { FunctionName: consumer.functionName },
        statistic: 'Sum',
        period,
      }),
      below: 1,
      periods: { bad: 3, of: 3 },
      runbook: `${wiring.consumer} was not started for ${3 * wiring.everyMinutes} minutes. See that its schedule is ENABLED (aws scheduler list-schedules), that the schedule's role may invoke the function, and what the dead letters of the schedule say.`,
    })
  }
}
