import { Duration, Stack, Validations } from 'aws-cdk-lib'
import { type EventPattern, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events'
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { DefinitionBody, QueryLanguage, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions'
import { SqsSendMessage } from 'aws-cdk-lib/aws-stepfunctions-tasks'
import { Construct } from 'constructs'
import type { RuleWiring } from '../../shared/wiring.ts'
import type { Alarms } from './alarms.ts'
import { DeadLetters } from './dead-letters.ts'
import { groupExpression, wholeEvent } from './message-group.ts'

export interface RuleRelayProps {
  readonly wiring: RuleWiring
  readonly pattern: EventPattern
  readonly queue: Queue
  readonly alarms: Alarms
  readonly deadLetters: DeadLetters
  /** By which hosts the settings know registries that ECR's events name by another. */
  readonly ecrHosts: ReadonlyMap<string, string>
}

/** Where the events of a rule go that did not reach its queue. Rules may send to it, whichever they are once they are made. */
export function ruleDeadLetters(
  scope: Construct,
  name: string,
  { wiring, alarms }: Pick<RuleRelayProps, 'wiring' | 'alarms'>,
): DeadLetters {
  const deadLetters = new DeadLetters(new Construct(scope, `${name}-rule`), 'dead-letters', {
    alarms,
    runbook: `An event of the rule ${name}-rule did not reach the queue ${wiring.queue}. The message is the event, with the error if the relay failed. Nothing is lost for good: the next full sync of the repository sees what the event announced. Mend the cause, then purge the queue.`,
  })
  const { partition, region, account } = Stack.of(scope)
  deadLetters.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [deadLetters.queueArn],
      conditions: { ArnLike: { 'aws:SourceArn': `arn:${partition}:events:${region}:${account}:rule/*` } },
    }),
  )
  return deadLetters
}

/** An expression that has no value for this event. */
const notEvaluated = 'States.QueryEvaluationError'

/**
 * Takes events from the account's own bus to a FIFO queue, each in the message group of its repository.
 *
 * A rule alone cannot: its `MessageGroupId` is a fixed text, so that every event would share one group and a single
 * failed message would hold up all the others. One express state that sends the message can. A pipe could too, but
 * reads no bus, so it would need a queue and a poller more.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html (dynamic path parameters)
 */
export class RuleRelay extends Construct {
  constructor(scope: Construct, id: string, props: RuleRelayProps) {
    super(scope, id)
    const relay = this.#createRelay(props)
    new Rule(this, 'rule', { eventPattern: props.pattern, targets: [relayTarget(relay, props.deadLetters)] })
    props.alarms.addAlarm(`${id}-relay`, {
      metric: relay.metricFailed({ period: Duration.minutes(5) }),
      runbook: `The relay of the rule ${id} could neither send an event to the queue ${props.wiring.queue} nor to its dead letters. See that both queues exist and that the role of the state machine may send to them.`,
    })
  }

  #createRelay({ queue, ecrHosts, deadLetters }: RuleRelayProps): StateMachine {
    const giveUp = SqsSendMessage.jsonata(this, 'give-up', { queue: deadLetters, messageBody: wholeEvent })
    const outputs = '{% $merge([$states.input, {"relayError": $states.errorOutput}]) %}'
    const sendTo = (name: string, messageGroupId: string) => {
      const send = SqsSendMessage.jsonata(this, name, { queue, messageBody: wholeEvent, messageGroupId })
      send.addRetry({ errors: [notEvaluated], maxAttempts: 0 })
      send.addRetry({ interval: Duration.seconds(1), backoffRate: 2, maxAttempts: 6 })
      return send
    }
    const send = sendTo('send', groupExpression(ecrHosts))
    // Whoever reads the queue knows better what the event is of: it goes there in a group that needs nothing of it.
    const sendUngrouped = sendTo('send-ungrouped', 'ungrouped').addCatch(giveUp, { outputs })
    send.addCatch(sendUngrouped, { errors: [notEvaluated], outputs: '{% $states.input %}' })
    send.addCatch(giveUp, { outputs })
    const relay = new StateMachine(this, 'relay', {
      stateMachineType: StateMachineType.EXPRESS,
      queryLanguage: QueryLanguage.JSONATA,
      definitionBody: DefinitionBody.fromChainable(send),
      timeout: Duration.minutes(4),
    })
    const reason = 'one message and no decisions: what fails lies in the dead letters whole, with its error'
    Validations.of(relay).acknowledge({ id: 'AwsSolutions-SF1', reason }, { id: 'AwsSolutions-SF2', reason })
    return relay
  }
}

/** CDK's own would have the queue's policy name the rule, whose stack needs that of the queue. */
const relayTarget = (relay: StateMachine, deadLetters: Queue): IRuleTarget => ({
  bind: (rule, id) => ({
    ...new SfnStateMachine(relay, { retryAttempts: 185, maxEventAge: Duration.hours(24) }).bind(rule, id),
    deadLetterConfig: { arn: deadLetters.queueArn },
  }),
})
