import * as z from 'zod'
import { issueText } from '../../../shared/domain/issue-text.ts'
import { InvalidInputError } from '../../../shared/errors.ts'

export const queueDefinitionSchema = z.strictObject({
  /** A name that ends in `.fifo` makes a FIFO queue. */
  name: z.string().regex(/^[A-Za-z0-9_-]{1,75}(\.fifo)?$/),
  visibilityTimeoutSeconds: z.int().min(0).max(43_200).default(30),
  delaySeconds: z.int().min(0).max(900).default(0),
  retentionSeconds: z.int().min(60).max(1_209_600).default(345_600),
  /** FIFO only: the SHA-256 of the body is the deduplication id of a message sent without one. */
  contentBasedDeduplication: z.boolean().default(false),
  /** Where a message goes that was received `maxReceiveCount` times and not deleted. */
  deadLetter: z.strictObject({ queue: z.string(), maxReceiveCount: z.int().min(1).max(1000) }).optional(),
})

/** What a queue is told when it is made; everything but the name has the default of SQS. */
export type QueueDefinition = z.input<typeof queueDefinitionSchema>
export type QueueSettings = z.output<typeof queueDefinitionSchema>

export const isFifoName = (name: string): boolean => name.endsWith('.fifo')

export const parseQueueDefinition = (definition: unknown): QueueSettings => {
  const parsed = queueDefinitionSchema.safeParse(definition)
  if (!parsed.success)
    throw new InvalidInputError(`queue definition: ${issueText(parsed.error, definition, 'the whole')}`)
  const { name, contentBasedDeduplication, deadLetter } = parsed.data
  if (contentBasedDeduplication && !isFifoName(name)) {
    throw new InvalidInputError(`queue ${name} cannot deduplicate by content: only a FIFO queue (name.fifo) can`)
  }
  if (deadLetter && isFifoName(deadLetter.queue) !== isFifoName(name)) {
    throw new InvalidInputError(
      `queue ${name} and its dead-letter queue ${deadLetter.queue} must both be FIFO or both standard`,
    )
  }
  return parsed.data
}
