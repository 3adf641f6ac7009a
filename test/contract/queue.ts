import { randomUUID } from 'node:crypto'
import {
  BatchEntryIdsNotDistinct,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  EmptyBatchRequest,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SQSClient,
  TooManyEntriesInBatchRequest,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

export interface QueueContractSetup {
  readonly client: SQSClient
  stop(): Promise<void>
}

/** Where an emulator is known to leave the documentation of AWS. */
export interface QueueDifferences {
  /** Answers a delete by a handle that is used or replaced with ReceiptHandleIsInvalid, where SQS succeeds and does nothing. */
  readonly refusesOldReceiptHandles?: boolean
}

/** What every SQS that the product runs on must do: the embedded one, an emulator, AWS. */
export const queueContract = (
  name: string,
  setup: () => Promise<QueueContractSetup>,
  differences: QueueDifferences = {},
): void => {
  describe(`${name} as SQS`, () => {
    let client: SQSClient
    let stop: () => Promise<void>

    beforeAll(async () => {
      const started = await setup()
      client = started.client
      stop = () => started.stop()
    })
    afterAll(() => stop())

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
    const bodies = (messages: readonly Message[]) => messages.map(message => message.Body)

    describe('a standard queue', () => {
      it('delivers the body and the attributes with digests that the client accepts', async () => {
        const url = await createQueue()
        const MessageAttributes = {
          text: { DataType: 'String', StringValue: 'ü' },
          bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
        }

        const sent = await send(url, '{"a":"ü"}', { MessageAttributes })
        const [message] = await waitFor(url, { MessageAttributeNames: ['All'] })

        expect(message).toMatchObject({
          MessageId: sent.MessageId,
          Body: '{"a":"ü"}',
          MessageAttributes,
          MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
          Attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) },
        })
      })

      it('answers a long poll as soon as a message comes', async () => {
        const url = await createQueue()
        const startedAt = performance.now()

        const pending = receive(url, { WaitTimeSeconds: 20 })
        await send(url, 'late')

        expect(bodies(await pending)).toEqual(['late'])
        expect(performance.now() - startedAt).toBeLessThan(5000)
      })

      it('hides a received message until its visibility timeout ends, then delivers it again under another handle', async () => {
        const url = await createQueue()
        await send(url, 'again')

        const [first] = await waitFor(url, { VisibilityTimeout: 1 })
        const meanwhile = await receive(url)
        const [second] = await waitFor(url)

        expect(meanwhile).toEqual([])
        expect(second).toMatchObject({ MessageId: first?.MessageId, Attributes: { ApproximateReceiveCount: '2' } })
        expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle)
      })

      it('gives a message back at once when its visibility timeout is set to 0', async () => {
        const url = await createQueue()
        await send(url, 'back')
        const [message] = await waitFor(url)

        const ReceiptHandle = message?.ReceiptHandle
        await client.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }))

        expect(bodies(await waitFor(url))).toEqual(['back'])
      })

      it('F29 keeps a message that was delivered again when its first receiver deletes it', async () => {
        const url = await createQueue()
        await send(url, 'slow')
        const [first] = await waitFor(url, { VisibilityTimeout: 1 })
        const [second] = await waitFor(url, { VisibilityTimeout: 1 })

        await removeByOldHandle(url, first)

        expect(second?.MessageId).toBe(first?.MessageId)
        expect(bodies(await waitFor(url))).toEqual(['slow'])
      })

      it('forgets a deleted message, and lets it be deleted twice', async () => {
        const url = await createQueue()
        await send(url, 'gone')
        const [message] = await waitFor(url, { VisibilityTimeout: 1 })

        await remove(url, message)
        await removeByOldHandle(url, message)

        expect(await receive(url, { WaitTimeSeconds: 2 })).toEqual([])
      })

      it('delivers a delayed message after its delay', async () => {
        const url = await createQueue()
        await send(url, 'delayed', { DelaySeconds: 1 })

        expect(await receive(url)).toEqual([])
        expect(bodies(await waitFor(url))).toEqual(['delayed'])
      })

      it('deletes the good entries of a batch and names the bad one', async () => {
        const url = await createQueue()
        await send(url, 'one')
        const [message] = await waitFor(url)

        const Entries = [
          { Id: 'good', ReceiptHandle: message?.ReceiptHandle },
          { Id: 'bad', ReceiptHandle: 'not-a-handle' },
        ]
        const result = await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }))

        expect(result.Successful).toEqual([{ Id: 'good' }])
        expect(result.Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid', SenderFault: true }])
      })

      it('refuses an empty batch, one of eleven entries, and one with an id twice', async () => {
        const url = await createQueue()
        const sendBatch = (ids: readonly string[]) =>
          client.send(
            new SendMessageBatchCommand({ QueueUrl: url, Entries: ids.map(Id => ({ Id, MessageBody: 'x' })) }),
          )

        await expect(sendBatch([])).rejects.toBeInstanceOf(EmptyBatchRequest)
        await expect(sendBatch(Array.from({ length: 11 }, (_, i) => `${i}`))).rejects.toBeInstanceOf(
          TooManyEntriesInBatchRequest,
        )
        await expect(sendBatch(['a', 'a'])).rejects.toBeInstanceOf(BatchEntryIdsNotDistinct)
      })

      it('counts what is visible and what is in flight', async () => {
        const url = await createQueue()
        await send(url, 'a')
        await send(url, 'b')
        await waitFor(url, { MaxNumberOfMessages: 1 })

        const input = { QueueUrl: url, AttributeNames: ['All' as const] }
        const { Attributes } = await client.send(new GetQueueAttributesCommand(input))

        expect(Attributes).toMatchObject({
          ApproximateNumberOfMessages: '1',
          ApproximateNumberOfMessagesNotVisible: '1',
          QueueArn: expect.stringMatching(/^arn:aws:sqs:[a-z0-9-]+:\d{12}:contract-/),
        })
      })

      it('raises QueueDoesNotExist for a name nobody made', async () => {
        await expect(client.send(new GetQueueUrlCommand({ QueueName: 'nobody' }))).rejects.toBeInstanceOf(
          QueueDoesNotExist,
        )
      })

      it('moves a message to the dead-letter queue after as many receives as allowed', async () => {
        const deadLetterUrl = await createQueue()
        const { Attributes } = await client.send(
          new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
        )
        const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 2 })
        const url = await createQueue({ RedrivePolicy, VisibilityTimeout: '1' })
        const sent = await send(url, 'poison')

        const first = await waitFor(url)
        const second = await waitFor(url)
        const third = await receive(url, { WaitTimeSeconds: 3 })
        const dead = await waitFor(deadLetterUrl)

        expect([bodies(first), bodies(second), bodies(third)]).toEqual([['poison'], ['poison'], []])
        expect(dead).toMatchObject([{ MessageId: sent.MessageId, Body: 'poison' }])
      })
    })

    describe('a FIFO queue', () => {
      it('delivers the messages of a group in the order they were sent', async () => {
        const url = await createFifoQueue()
        const expected = Array.from({ length: 15 }, (_, i) => `m${i}`)
        for (const body of expected) await sendToGroup(url, 'g', body)

        const first = await waitFor(url)
        for (const message of first) await remove(url, message)
        const second = await waitFor(url)

        expect(bodies([...first, ...second])).toEqual(expected)
        expect(first[0]?.Attributes).toMatchObject({ MessageGroupId: 'g', SequenceNumber: expect.any(String) })
      })

      it('holds a group back while a message of it is in flight, and delivers other groups', async () => {
        const url = await createFifoQueue()
        await sendToGroup(url, 'a', 'a1')
        const [a1] = await waitFor(url)
        await sendToGroup(url, 'a', 'a2')
        await sendToGroup(url, 'b', 'b1')

        const meanwhile = await waitFor(url)
        await remove(url, a1)
        const after = await waitFor(url)

        expect(bodies(meanwhile)).toEqual(['b1'])
        expect(bodies(after)).toEqual(['a2'])
      })

      it('delivers what was not deleted of a batch again, in order, before what follows', async () => {
        const url = await createFifoQueue({ VisibilityTimeout: '1' })
        for (const body of ['1', '2', '3']) await sendToGroup(url, 'g', body)
        const [first] = await waitFor(url)
        await remove(url, first)
        await sendToGroup(url, 'g', '4')

        const again = await waitFor(url)

        expect(first?.Body).toBe('1')
        expect(bodies(again)).toEqual(['2', '3', '4'])
      })

      it('F1 takes a message sent a hundred times under one deduplication id once, deleted or not', async () => {
        const url = await createFifoQueue()
        const options = { MessageGroupId: 'g', MessageDeduplicationId: 'd' }
        const first = await send(url, 'once', options)
        const repeated = await Promise.all(Array.from({ length: 50 }, () => send(url, 'once', options)))
        const received = await waitFor(url)
        await remove(url, received[0])
        await Promise.all(Array.from({ length: 49 }, () => send(url, 'once', options)))

        expect(new Set(repeated.map(answer => answer.MessageId))).toEqual(new Set([first.MessageId]))
        expect(bodies(received)).toEqual(['once'])
        expect(await receive(url, { WaitTimeSeconds: 1 })).toEqual([])
      })

      it('takes the body for the deduplication id where content-based deduplication is on', async () => {
        const url = await createFifoQueue()
        for (const body of ['same', 'same', 'other']) await sendToGroup(url, 'g', body)

        expect(bodies(await waitFor(url))).toEqual(['same', 'other'])
      })

      it('refuses a message without a group, and one without any deduplication id', async () => {
        const url = await createQueue({ FifoQueue: 'true' })

        await expect(send(url, 'x', { MessageDeduplicationId: 'd' })).rejects.toThrow(/MessageGroupId/)
        await expect(sendToGroup(url, 'g', 'x')).rejects.toThrow(/MessageDeduplicationId/)
      })

      it('goes on with a group when its first message has become a dead letter', async () => {
        const deadLetterUrl = await createFifoQueue()
        const { Attributes } = await client.send(
          new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
        )
        const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 })
        const url = await createFifoQueue({ RedrivePolicy, VisibilityTimeout: '1' })
        await sendToGroup(url, 'g', 'poison')
        await waitFor(url)
        await sendToGroup(url, 'g', 'next')

        const next = await waitFor(url)
        const dead = await waitFor(deadLetterUrl)

        expect(bodies(next)).toEqual(['next'])
        expect(bodies(dead)).toEqual(['poison'])
      })
    })
  })
}
