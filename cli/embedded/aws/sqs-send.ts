import { AwsError } from './aws-error.ts'
import { md5OfAttributes, md5OfBody, sizeBytesOf } from './message.ts'
import type { Queue } from './queue.ts'
import type { SendEntry } from './queue-schemas.ts'
import { invalidParameter } from './receipt-handle.ts'

const maxMessageBytes = 1024 * 1024

/** Checks what SQS checks, sends, and answers as SendMessage does. */
export const sendMessage = (queue: Queue, input: SendEntry) => {
  checkSend(queue, input)
  const { messageId, sequenceNumber } = queue.send({
    body: input.MessageBody,
    attributes: input.MessageAttributes,
    groupId: input.MessageGroupId,
    deduplicationId: input.MessageDeduplicationId,
    delaySeconds: input.DelaySeconds,
  })
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5OfBody(input.MessageBody),
    MD5OfMessageAttributes: input.MessageAttributes && md5OfAttributes(input.MessageAttributes),
    SequenceNumber: sequenceNumber,
  }
}

// XML 1.0 has no place for these, and SQS refuses them over JSON as well.
const forbiddenCharacter = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u

const checkSend = (queue: Queue, input: SendEntry): void => {
  if (forbiddenCharacter.test(input.MessageBody)) {
    throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.')
  }
  if (sizeBytesOf(input.MessageBody, input.MessageAttributes) > maxMessageBytes) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxMessageBytes} bytes.`,
    )
  }
  if (queue.isFifo && input.MessageGroupId === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageGroupId.')
  }
  if (queue.isFifo && input.DelaySeconds) {
    throw invalidParameter(
      `Value ${input.DelaySeconds} for parameter DelaySeconds is invalid. Reason: a FIFO queue has one delay for all.`,
    )
  }
  if (!queue.isFifo && input.MessageDeduplicationId !== undefined) {
    throw invalidParameter(
      'The request includes a parameter that is not valid for this queue type: MessageDeduplicationId.',
    )
  }
}

/** The limit of one message holds for a whole batch, too. */
export const checkBatchSize = (entries: readonly SendEntry[]): void => {
  const bytes = entries.reduce((total, entry) => total + sizeBytesOf(entry.MessageBody, entry.MessageAttributes), 0)
  if (bytes <= maxMessageBytes) return
  throw new AwsError('BatchRequestTooLong', `Batch requests cannot be longer than ${maxMessageBytes} bytes.`)
}
