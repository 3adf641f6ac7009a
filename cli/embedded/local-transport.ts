import { ecrEventHost } from '../../shared/domain/ecr-host.ts'
import { messageGroupOf } from '../../shared/domain/message-group.ts'
import { deadLetterRetentionDays, environmentNames, type QueueName, queues, rules } from '../../shared/wiring.ts'
import type { BusEvent, BusRule } from './aws/bus.ts'
import type { LocalAws } from './aws/endpoint.ts'
import type { QueueDefinition } from './aws/queue-definition.ts'
import { queueFile } from './queue-file.ts'

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

/** The rules of the wiring; ECR's events would come on the default bus here as well, for no registry of the settings. */
export const localRules = (): BusRule[] =>
  Object.entries(rules).map(([name, rule]) => ({
    name,
    busName: 'default',
    pattern: { source: [...rule.pattern.source], 'detail-type': [...rule.pattern['detail-type']] },
    target: {
      queue: queueFile(rule.queue),
      input: event => ({ body: JSON.stringify(event), groupId: ecrGroupOf(event) }),
    },
  }))

const ungrouped = 'ungrouped'

/** As the relay on AWS has it where no setting has another host for the registry; an event that names no repository goes along, in a group of its like. */
function ecrGroupOf({ account, region, detail }: BusEvent): string {
  const { 'repository-name': repository } = detail as { 'repository-name'?: unknown }
  if (typeof repository !== 'string') return ungrouped
  return messageGroupOf({ registry: ecrEventHost(account, region), repository })
}

/** The address of every queue that functions send to, under the name by which they find it: `syncQueue` for `sync`. */
export const queueEnvironment = (aws: Pick<LocalAws, 'queueUrl'>): Record<string, string> => {
  const variables = new Map<string, string>(Object.entries(environmentNames))
  return Object.fromEntries(
    (Object.keys(queues) as QueueName[]).flatMap(name => {
      const variable = variables.get(`${name}Queue`)
      return variable === undefined ? [] : [[variable, aws.queueUrl(queueFile(name))]]
    }),
  )
}
