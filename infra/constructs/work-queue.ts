import { createHash } from 'node:crypto'
import { Duration, Stack } from 'aws-cdk-lib'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { DeduplicationScope, FifoThroughputLimit, Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { QueueName, QueueWiring } from '../../shared/wiring.ts'
import type { Alarms } from './alarms.ts'
import { DeadLetters } from './dead-letters.ts'

export interface WorkQueueProps {
  readonly name: QueueName
  readonly wiring: QueueWiring
  readonly alarms: Alarms
}

/** A FIFO queue of work, grouped by repository, with its dead letters and its alarms. */
export class WorkQueue extends Construct {
  readonly queue: Queue
  readonly deadLetters: DeadLetters
  readonly #wiring: QueueWiring

  constructor(scope: Construct, id: string, { name, wiring, alarms }: WorkQueueProps) {
    super(scope, id)
    this.#wiring = wiring
    this.deadLetters = new DeadLetters(this, 'dead-letters', {
      alarms,
      fifo: true,
      runbook: `${wiring.consumer} failed ${wiring.maxReceiveCount} times on a message of the queue ${name}, which holds ${wiring.holds}. Read the log of ${wiring.consumer} for its message_id, mend the cause, then give the dead letters back to their queue: shelflife redrive ${name} --aws.`,
    })
    this.queue = this.#createQueue(this.deadLetters)
    alarms.addAlarm(`${id}-age`, {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5), statistic: 'Maximum' }),
      atLeast: 2 * wiring.visibilityTimeoutSeconds,
      runbook: `A message has waited in the queue ${name} for longer than two attempts. Either ${wiring.consumer} is throttled (see its Throttles and ConcurrentExecutions) or one repository has more work than it can do: see the log of ${wiring.consumer}.`,
    })
  }

  #createQueue(deadLetters: DeadLetters): Queue {
    return new Queue(this, 'queue', {
      fifo: true,
      // Events have no deduplication id; those that differ only in their id are two messages, which handlers allow for.
      contentBasedDeduplication: true,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      visibilityTimeout: Duration.seconds(this.#wiring.visibilityTimeoutSeconds),
      enforceSSL: true,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: this.#wiring.maxReceiveCount },
    })
  }

  /** Lets the consumer poll; a message it names in its answer comes back alone. */
  connect(consumer: LambdaFunction): void {
    this.queue.grantConsumeMessages(consumer)
    consumer.addEventSourceMapping(mappingIdOf(Stack.of(this).node.id, this.node.id), {
      eventSourceArn: this.queue.queueArn,
      batchSize: this.#wiring.batchSize,
      maxConcurrency: this.#wiring.maxConcurrency,
      reportBatchItemFailures: true,
    })
  }
}

/**
 * The id that SqsEventSource gives in an app with the stack at its top, wherever this one stands: by another id a deploy would
 * make a second mapping of queue and function before it takes away the first, which Lambda refuses.
 */
function mappingIdOf(stack: string, id: string): string {
  const hash = createHash('md5').update(`${stack}/${id}/queue`).digest('hex').slice(0, 8).toUpperCase()
  return `SqsEventSource:${stack}${id}${hash}`.replaceAll('-', '')
}
