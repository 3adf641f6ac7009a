import { bus, deadLetterRetentionDays, type QueueName, queues, rules } from '../../shared/wiring.ts'
import type { Rule } from './aws/bus.ts'
import type { QueueDefinition } from './aws/queue-definition.ts'

export const queueFile = (name: QueueName): string => `${name}.fifo`
const deadLetterFile = (name: QueueName): string => `${name}-dead.fifo`

/** The queues of the wiring, each with its dead-letter queue before it. */
export const localQueues = (): QueueDefinition[] =>
  (Object.keys(queues) as QueueName[]).flatMap(name => [
    { name: deadLetterFile(name), retentionSeconds: deadLetterRetentionDays * 24 * 3600 },
    {
      name: queueFile(name),
      visibilityTimeoutSeconds: queues[name].visibilityTimeoutSeconds,
      contentBasedDeduplication: true,
      deadLetter: { queue: deadLetterFile(name), maxReceiveCount: queues[name].maxReceiveCount },
    },
  ])

/** The rules of the wiring; ECR's events would come on the default bus here as well. */
export const localRules = (): Rule[] =>
  Object.entries(rules).map(([name, rule]) => ({
    name,
    busName: rule.bus === 'lifecycle' ? bus.name : 'default',
    pattern: { source: [...rule.pattern.source], 'detail-type': [...rule.pattern['detail-type']] },
    target: { queue: queueFile(rule.queue), messageGroupIdPath: rule.groupPath },
  }))
