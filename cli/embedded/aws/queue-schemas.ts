import * as z from 'zod'
import { messageAttributesSchema } from './message.ts'

const queueUrl = z.string()
const visibilityTimeout = z.int().min(0).max(43_200)
const delaySeconds = z.int().min(0).max(900).optional()

const sendFields = {
  MessageBody: z.string().min(1),
  DelaySeconds: delaySeconds,
  MessageAttributes: messageAttributesSchema.optional(),
  MessageGroupId: z.string().min(1).max(128).optional(),
  MessageDeduplicationId: z.string().min(1).max(128).optional(),
}

export const sendInput = z.object({ QueueUrl: queueUrl, ...sendFields })
export const sendEntry = z.object({ Id: z.string(), ...sendFields })
export type SendEntry = Omit<z.infer<typeof sendEntry>, 'Id'>

const batchOf = <S extends z.ZodType>(entry: S) => z.object({ QueueUrl: queueUrl, Entries: z.array(entry) })

export const sendBatchInput = batchOf(sendEntry)
export const deleteInput = z.object({ QueueUrl: queueUrl, ReceiptHandle: z.string() })
export const deleteBatchInput = batchOf(z.object({ Id: z.string(), ReceiptHandle: z.string() }))
export const changeVisibilityInput = z.object({
  QueueUrl: queueUrl,
  ReceiptHandle: z.string(),
  VisibilityTimeout: visibilityTimeout,
})
export const changeVisibilityBatchInput = batchOf(
  z.object({ Id: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: visibilityTimeout }),
)
export const receiveInput = z.object({
  QueueUrl: queueUrl,
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  WaitTimeSeconds: z.int().min(0).max(20).default(0),
  VisibilityTimeout: visibilityTimeout.optional(),
  AttributeNames: z.array(z.string()).default([]),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
  MessageAttributeNames: z.array(z.string()).default([]),
})
export const attributesInput = z.object({ QueueUrl: queueUrl, AttributeNames: z.array(z.string()).default([]) })
export const queueNameInput = z.object({ QueueName: z.string() })
export const listInput = z.object({ QueueNamePrefix: z.string().default('') })
export const createInput = z.object({
  QueueName: z.string(),
  Attributes: z.record(z.string(), z.string()).default({}),
})
