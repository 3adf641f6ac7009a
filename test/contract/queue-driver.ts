import { randomUUID } from 'node:crypto'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { expect } from 'vitest'

/** Where an emulator is known to leave the documentation of AWS. */
export interface QueueDifferences {
  /** Answers a delete by a handle that is used or replaced with ReceiptHandleIsInvalid, where SQS succeeds and does nothing. */
  readonly refusesOldReceiptHandles?: boolean
}

export type QueueDriver = ReturnType<typeof driveQueues>

export const bodies = (messages: readonly Message[]) => messages.map(message => message.Body)

/** The calls of the contract, in short. */
export const driveQueues = (client: SQSClient, differences: QueueDifferences) => {
  const createQueue = async (Attributes: Record<string, string> = {}): Promise<string> => {
    const QueueName = `contract-${randomUUID()}${Attributes.FifoQueue ? '.fifo' : ''}`
    return (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? ''
  }
  const createFifoQueue = (attributes: Record<string, string> = {}) =>
    createQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true', ...attributes })
  const send = (QueueUrl: string, MessageBody: string, options: Partial<SendMessageCommandInput> = {}) =>
    client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...options }))
  const sendToGroup = (url: string, MessageGroupId: string, body: string) => send(url, body, { MessageGroupId })
  const receive = async (QueueUrl: string, options: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> => {
    const input = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All' as const], ...options }
    return (await client.send(new ReceiveMessageCommand(input))).Messages ?? []
  }
  const waitFor = (url: string, options: Partial<ReceiveMessageCommandInput> = {}) =>
    receive(url, { WaitTimeSeconds: 5, ...options })
  const remove = (QueueUrl: string, message: Message | undefined) =>
    client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }))
  const removeByOldHandle = async (url: string, message: Message | undefined): Promise<void> => {
    const removal = remove(url, message)
    if (differences.refusesOldReceiptHandles) await expect(removal).rejects.toThrow(/receipt handle/)
    else await removal
  }
  return { client, createQueue, createFifoQueue, send, sendToGroup, receive, waitFor, remove, removeByOldHandle }
}
