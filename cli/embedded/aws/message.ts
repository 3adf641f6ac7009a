import { createHash } from 'node:crypto'
import * as z from 'zod'

export const messageAttributeSchema = z.object({
  DataType: z.string(),
  StringValue: z.string().optional(),
  /** Base64, as it travels in JSON. */
  BinaryValue: z.string().optional(),
})
export const messageAttributesSchema = z.record(z.string(), messageAttributeSchema)
export type MessageAttributes = z.infer<typeof messageAttributesSchema>

/** A message as it lies in a queue. Times are milliseconds since 1970. */
export interface Message {
  readonly id: string
  readonly body: string
  readonly attributes?: MessageAttributes | undefined
  readonly groupId?: string | undefined
  readonly deduplicationId?: string | undefined
  readonly sequenceNumber?: string | undefined
  readonly sentAtMs: number
  /** The queue whose receives it used up, for a message in a dead-letter queue. */
  readonly deadLetterSourceArn?: string | undefined
  visibleAtMs: number
  receiveCount: number
  firstReceivedAtMs?: number | undefined
  /** The handle of the latest receive; absent before the first. */
  receiptHandle?: string | undefined
}

export const md5OfBody = (body: string): string => createHash('md5').update(body).digest('hex')

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
export const md5OfAttributes = (attributes: MessageAttributes): string => {
  const hash = createHash('md5')
  for (const [name, attribute] of Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(lengthPrefixed(Buffer.from(name)))
    hash.update(lengthPrefixed(Buffer.from(attribute.DataType)))
    const isBinary = attribute.DataType.startsWith('Binary')
    hash.update(Buffer.of(isBinary ? 2 : 1))
    hash.update(
      lengthPrefixed(
        isBinary ? Buffer.from(attribute.BinaryValue ?? '', 'base64') : Buffer.from(attribute.StringValue ?? ''),
      ),
    )
  }
  return hash.digest('hex')
}

const lengthPrefixed = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** What counts towards the size limit of a message: its body and its attributes with their names and types. */
export const sizeBytesOf = (body: string, attributes: MessageAttributes | undefined): number =>
  Object.entries(attributes ?? {}).reduce(
    (total, [name, attribute]) =>
      total +
      Buffer.byteLength(name) +
      Buffer.byteLength(attribute.DataType) +
      Buffer.byteLength(attribute.StringValue ?? '') +
      Buffer.byteLength(attribute.BinaryValue ?? '', 'base64'),
    Buffer.byteLength(body),
  )
