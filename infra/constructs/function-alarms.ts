import { Duration } from 'aws-cdk-lib'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { type FunctionName, type FunctionWiring, queues, schedules } from '../../shared/wiring.ts'
import type { Alarms } from './alarms.ts'

export interface FunctionAlarmsProps {
  readonly name: FunctionName
  readonly wiring: FunctionWiring
  readonly lambda: LambdaFunction
  readonly alarms: Alarms
}

const period = Duration.minutes(5)

/** These work as long as they may, and leave the rest to the next invocation. */
const workTheirTime: readonly FunctionName[] = ['sync', 'sweep-execute']

/** Those of a Function URL answer their failures, and are watched there. */
const behindUrls: readonly FunctionName[] = ['webhook', 'metrics']

/** Three alarms of each function, but for those that another construct rings already: see Schedule, WebhookUrl and MetricsUrl. */
export class FunctionAlarms extends Construct {
  constructor(scope: Construct, id: string, props: FunctionAlarmsProps) {
    super(scope, id)
    const isScheduled = Object.values(schedules).some(({ consumer }) => consumer === props.name)
    if (!isScheduled && !behindUrls.includes(props.name)) this.#watchErrors(props)
    if (props.name !== 'webhook') this.#watchThrottles(props)
    this.#watchDuration(props)
  }

  #watchErrors({ name, lambda, alarms }: FunctionAlarmsProps): void {
    alarms.addAlarm(`${name}-errors`, {
      metric: lambda.metricErrors({ period }),
      periods: { bad: 2, of: 6 },
      runbook: `Invocations of ${name} fail again and again: an error of its own, too little memory, or its timeout. Its messages come back to the queue and end in the dead letters. The last line of its log before each REPORT says which; "Task timed out" and "Runtime.OutOfMemory" are lines of Lambda.`,
    })
  }

  #watchThrottles({ name, lambda, alarms }: FunctionAlarmsProps): void {
    const isQueued = Object.values(queues).some(({ consumer }) => consumer === name)
    alarms.addAlarm(`${name}-throttled`, {
      metric: lambda.metricThrottles({ period }),
      periods: { bad: 3, of: 3 },
      runbook: `Lambda refuses to start ${name}, for a quarter of an hour now: the concurrency of the account is used up${isQueued ? ', and messages wait' : ''}. See ConcurrentExecutions of the account, and ask for a higher quota (Service Quotas, Lambda, Concurrent executions).`,
    })
  }

  #watchDuration({ name, wiring: { timeoutSeconds }, lambda, alarms }: FunctionAlarmsProps): void {
    const share = workTheirTime.includes(name) ? 0.99 : 0.9
    alarms.addAlarm(`${name}-slow`, {
      metric: lambda.metricDuration({ period, statistic: 'Maximum' }),
      atLeast: Math.round(timeoutSeconds * 1000 * share),
      periods: { bad: 2, of: 3 },
      runbook: `${name} takes nearly the ${timeoutSeconds} seconds after which Lambda ends it, again and again; what it had not done by then is done anew. Its log says what it waits for: most likely a cluster or a registry that answers slowly, or more objects than before.`,
    })
  }
}
