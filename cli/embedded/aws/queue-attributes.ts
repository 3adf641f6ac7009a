import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import type { Message } from './message.ts'
import type { Queue } from './queue.ts'
import { isFifoName, type QueueDefinition } from './queue-definition.ts'

/** The attributes of a queue under the names of SQS, all as text. */
export const attributesOf = (queue: Queue, arnOfName: (name: string) => string): Record<string, string> => {
  const { settings } = queue
  const counts = queue.counts()
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    DelaySeconds: String(settings.delaySeconds),
    MessageRetentionPeriod: String(settings.retentionSeconds),
    ...(queue.isFifo && {
      FifoQueue: 'true',
      ContentBasedDeduplication: String(settings.contentBasedDeduplication),
    }),
    ...(settings.deadLetter && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: arnOfName(settings.deadLetter.queue),
        maxReceiveCount: settings.deadLetter.maxReceiveCount,
      }),
    }),
  }
}

const redrivePolicySchema = z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() })

/** Reads the attributes of a CreateQueue call; an attribute that is not served is refused rather than ignored. */
export const definitionOf = (name: string, attributes: Readonly<Record<string, string>>): QueueDefinition => {
  const { FifoQueue, ContentBasedDeduplication, RedrivePolicy, ...rest } = attributes
  if ((FifoQueue === 'true') !== isFifoName(name)) {
    throw new AwsError('InvalidParameterValue', 'The name of a FIFO queue, and no other, must end with .fifo.')
  }
  const definition: QueueDefinition = { name, contentBasedDeduplication: ContentBasedDeduplication === 'true' }
  for (const [attribute, text] of Object.entries(rest)) definition[fieldOf(attribute)] = Number(text)
  if (RedrivePolicy !== undefined) {
    const policy = redrivePolicySchema.parse(JSON.parse(RedrivePolicy))
    definition.deadLetter = {
      queue: policy.deadLetterTargetArn.slice(policy.deadLetterTargetArn.lastIndexOf(':') + 1),
      maxReceiveCount: policy.maxReceiveCount,
    }
  }
  return definition
}

const numericFields = {
  VisibilityTimeout: 'visibilityTimeoutSeconds',
  DelaySeconds: 'delaySeconds',
  MessageRetentionPeriod: 'retentionSeconds',
} as const

const fieldOf = (attribute: string) => {
  if (Object.hasOwn(numericFields, attribute)) return numericFields[attribute as keyof typeof numericFields]
  throw new AwsError('InvalidAttributeName', `Unknown Attribute ${attribute}.`)
}

/** The system attributes of a received message, under the names that both SQS and Lambda use. */
export const systemAttributesOf = (message: Message, senderId: string) => ({
  ApproximateReceiveCount: String(message.receiveCount),
  SentTimestamp: String(message.sentAtMs),
  SenderId: senderId,
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs ?? message.sentAtMs),
  ...(message.sequenceNumber !== undefined && { SequenceNumber: message.sequenceNumber }),
  ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
  ...(message.deduplicationId !== undefined && { MessageDeduplicationId: message.deduplicationId }),
  ...(message.deadLetterSourceArn !== undefined && { DeadLetterQueueSourceArn: message.deadLetterSourceArn }),
})
