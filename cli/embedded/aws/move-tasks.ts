import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import { action, type JsonService } from './json-protocol.ts'
import type { Queue } from './queue.ts'
import type { Queues } from './queues.ts'

const startInput = z.object({ SourceArn: z.string(), DestinationArn: z.string().optional() })
const listInput = z.object({ SourceArn: z.string(), MaxResults: z.int().min(1).max(10).default(1) })

interface MoveTask {
  readonly SourceArn: string
  readonly Status: 'COMPLETED'
  readonly ApproximateNumberOfMessagesMoved: number
  readonly ApproximateNumberOfMessagesToMove: number
  readonly StartedTimestamp: number
}

/** SQS remembers the latest ten of a queue. */
const remembered = 10

/**
 * Moves dead letters back, at once and whole before it answers. What somebody has received stays.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export function moveTaskActions(queues: Queues): JsonService['actions'] {
  const tasks = new Map<string, MoveTask[]>()
  return {
    StartMessageMoveTask: action(startInput, ({ SourceArn, DestinationArn }) => {
      const source = queueOf(queues, SourceArn)
      if (!queues.isDeadLetterQueue(source.settings.name))
        throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.')
      const moved = source.redrive((origin = '') =>
        DestinationArn === undefined && origin === '' ? undefined : queueOf(queues, DestinationArn ?? origin),
      )
      const task = {
        SourceArn,
        Status: 'COMPLETED' as const,
        ApproximateNumberOfMessagesMoved: moved,
        ApproximateNumberOfMessagesToMove: moved,
        StartedTimestamp: Date.now(),
      }
      tasks.set(SourceArn, [task, ...(tasks.get(SourceArn) ?? [])].slice(0, remembered))
      return { TaskHandle: Buffer.from(crypto.randomUUID()).toString('base64') }
    }),
    ListMessageMoveTasks: action(listInput, ({ SourceArn, MaxResults }) => ({
      Results: (tasks.get(SourceArn) ?? []).slice(0, MaxResults),
    })),
  }
}

function queueOf(queues: Queues, arn: string): Queue {
  const queue = queues.find(arn.slice(arn.lastIndexOf(':') + 1))
  if (queue) return queue
  throw new AwsError('ResourceNotFoundException', 'The resource that you specified does not exist.', { status: 404 })
}
