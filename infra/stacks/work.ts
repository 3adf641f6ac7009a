import { CfnOutput, CrossStackReferences, ReferenceStrength, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import type { Construct } from 'constructs'
import type { InstallationNames } from '../../shared/installation-names.ts'
import { type FunctionName, functions, type QueueName, queues, rules, schedules } from '../../shared/wiring.ts'
import { sizedQueue } from '../capacity.ts'
import type { Config } from '../config.ts'
import { AlarmTopic } from '../constructs/alarm-topic.ts'
import { Alarms } from '../constructs/alarms.ts'
import type { DeadLetters } from '../constructs/dead-letters.ts'
import type { Door } from '../constructs/door/door.ts'
import { DoorDomain } from '../constructs/door/door-domain.ts'
import { HttpDoor } from '../constructs/door/http-door.ts'
import { RestDoor } from '../constructs/door/rest-door.ts'
import { logRetention } from '../constructs/log-retention.ts'
import { ruleDeadLetters } from '../constructs/rule-relay.ts'
import { scheduleDeadLetters } from '../constructs/schedule.ts'
import { WorkQueue } from '../constructs/work-queue.ts'
import { mapRecord } from '../map-record.ts'
import type { WayIn } from '../way-in.ts'

type OpenWayIn = Extract<WayIn, { kind: 'http-api' | 'rest-api' }>

export interface WorkStackProps extends StackProps {
  readonly config: Config
  readonly names: InstallationNames
}

/**
 * What a pipeline that is deleted and deployed anew finds again: work that waits and work that failed, the logs, the topic
 * of alarms with who has confirmed it, and the address that registries call. Queues, topic and logs are retained when the
 * stack is deleted.
 */
export class WorkStack extends Stack {
  readonly topic: AlarmTopic
  readonly queues: Readonly<Record<QueueName, WorkQueue>>
  readonly logs: Readonly<Record<FunctionName, LogGroup>>
  /** By the names of schedules and rules. */
  readonly deadLetters: {
    readonly schedules: Readonly<Record<string, DeadLetters>>
    readonly rules: Readonly<Record<string, DeadLetters>>
  }
  /** Absent where functions have addresses of their own alone. */
  readonly door: Door | undefined

  constructor(scope: Construct, id: string, { config, names, ...props }: WorkStackProps) {
    super(scope, id, { ...props, description: 'shelflife: queues, logs, alarm topic and the address of the webhooks' })
    this.topic = new AlarmTopic(this, 'topic', { names, email: config.alarmEmail })
    const alarms = new Alarms(this, 'alarms', { topics: [this.topic] })
    this.queues = mapRecord(
      queues,
      (name, wiring) =>
        new WorkQueue(this, `${name}-queue`, { name, wiring: sizedQueue(name, wiring, config), alarms }),
    )
    this.deadLetters = {
      schedules: mapRecord(schedules, (name, wiring) => scheduleDeadLetters(this, name, { wiring, alarms })),
      rules: mapRecord(rules, (name, wiring) => ruleDeadLetters(this, name, { wiring, alarms })),
    }
    this.logs = mapRecord(functions, name => new LogGroup(this, `${name}-log`, { retention: logRetention }))
    this.door = doorOf(this, config, alarms)
    this.#keep()
    this.#publishQueues(names)
    new CfnOutput(this, 'AlarmTopic', { value: this.topic.topicArn })
  }

  #keep(): void {
    const all = Object.values(this.queues).flatMap(({ queue, deadLetters }) => [queue, deadLetters])
    const reports = Object.values(this.deadLetters).flatMap(record => Object.values(record))
    for (const kept of [this.topic, ...all, ...reports, ...Object.values(this.logs)])
      kept.applyRemovalPolicy(RemovalPolicy.RETAIN)
    // CloudFormation then refuses to take away what the pipeline uses. What a setting may take away is left to it.
    for (const used of [this.topic, ...Object.values(this.queues).map(({ queue }) => queue)])
      CrossStackReferences.of(used).produce(ReferenceStrength.STRONG)
    // Of the dashboard alone: without it the export would go while the pipeline before still imports it, and the deploy fail.
    for (const { queue } of Object.values(this.queues)) this.exportValue(queue.queueName)
  }

  #publishQueues({ queuesParameter }: InstallationNames): void {
    new StringParameter(this, 'queues', {
      parameterName: queuesParameter,
      stringValue: this.toJsonString(mapRecord(this.queues, (_, { queue }) => queue.queueUrl)),
      description: 'where the command finds the queues of shelflife, and by them their dead letters',
    })
  }
}

function doorOf(scope: Construct, { wayIn }: Config, alarms: Alarms): Door | undefined {
  switch (wayIn.kind) {
    case 'function-url':
      return undefined
    case 'private':
      return new RestDoor(scope, 'rest-door', { wayIn, alarms, domain: undefined })
    default:
      return openDoor(scope, wayIn, alarms)
  }
}

/**
 * Behind a domain are the APIs of both kinds, one of them without functions, which answers nobody and costs nothing. An API that
 * a domain leads to cannot be deleted, and this stack is deployed before the pipeline, which leads it elsewhere: an API that
 * went with its kind would stay behind in the account, and nobody's.
 */
function openDoor(scope: Construct, wayIn: OpenWayIn, alarms: Alarms): Door {
  const domain = wayIn.domain && new DoorDomain(scope, 'domain', wayIn.domain)
  const { kind, requestsPerSecond } = wayIn
  const http = () =>
    new HttpDoor(scope, 'door', { requestsPerSecond, domain, alarms: kind === 'http-api' ? alarms : undefined })
  const rest = () =>
    kind === 'rest-api'
      ? new RestDoor(scope, 'rest-door', { wayIn, alarms, domain })
      : new RestDoor(scope, 'rest-door', { wayIn: { ...wayIn, kind: 'rest-api' }, alarms: undefined, domain })
  const [own, other] = kind === 'http-api' ? [http, rest] : [rest, http]
  if (domain) other()
  return own()
}
