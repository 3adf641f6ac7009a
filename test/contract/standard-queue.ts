import {
  BatchEntryIdsNotDistinct,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  EmptyBatchRequest,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SendMessageBatchCommand,
  TooManyEntriesInBatchRequest,
} from '@aws-sdk/client-sqs'
import { expect, it } from 'vitest'
import { bodies, type QueueDriver } from './queue-driver.ts'

/** What a standard queue must do. The driver is there when the tests run. */
export const standardQueueContract = (driver: () => QueueDriver): void => {
  it('delivers the body and the attributes with digests that the client accepts', async () => {
    const url = await driver().createQueue()
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'ü' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    }

    const sent = await driver().send(url, '{"a":"ü"}', { MessageAttributes })
    const [message] = await driver().waitFor(url, { MessageAttributeNames: ['All'] })

    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: '{"a":"ü"}',
      MessageAttributes,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) },
    })
  })

  it('answers a long poll as soon as a message comes', async () => {
    const url = await driver().createQueue()
    const empty = await driver().createQueue()
    const answered: string[] = []

    const pending = driver().receive(url, { WaitTimeSeconds: 20 })
    const shorter = driver().receive(empty, { WaitTimeSeconds: 2 })
    await driver().send(url, 'late')
    await Promise.all([pending.then(() => answered.push('late')), shorter.then(() => answered.push('none'))])

    expect(bodies(await pending)).toEqual(['late'])
    expect(answered).toEqual(['late', 'none'])
  })

  it('hides a received message until its visibility timeout ends, then delivers it again under another handle', async () => {
    const url = await driver().createQueue()
    await driver().send(url, 'again')

    const [first] = await driver().waitFor(url, { VisibilityTimeout: 1 })
    const meanwhile = await driver().receive(url)
    const [second] = await driver().waitFor(url)

    expect(meanwhile).toEqual([])
    expect(second).toMatchObject({ MessageId: first?.MessageId, Attributes: { ApproximateReceiveCount: '2' } })
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle)
  })

  it('gives a message back at once when its visibility timeout is set to 0', async () => {
    const url = await driver().createQueue()
    await driver().send(url, 'back')
    const [message] = await driver().waitFor(url)

    const ReceiptHandle = message?.ReceiptHandle
    await driver().client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }),
    )

    expect(bodies(await driver().waitFor(url))).toEqual(['back'])
  })

  it('F29 keeps a message that was delivered again when its first receiver deletes it', async () => {
    const url = await driver().createQueue()
    await driver().send(url, 'slow')
    const [first] = await driver().waitFor(url, { VisibilityTimeout: 1 })
    const [second] = await driver().waitFor(url, { VisibilityTimeout: 1 })

    await driver().removeByOldHandle(url, first)

    expect(second?.MessageId).toBe(first?.MessageId)
    expect(bodies(await driver().waitFor(url))).toEqual(['slow'])
  })

  it('forgets a deleted message, and lets it be deleted twice', async () => {
    const url = await driver().createQueue()
    await driver().send(url, 'gone')
    const [message] = await driver().waitFor(url, { VisibilityTimeout: 1 })

    await driver().remove(url, message)
    await driver().removeByOldHandle(url, message)

    expect(await driver().receive(url, { WaitTimeSeconds: 2 })).toEqual([])
  })

  it('delivers a delayed message after its delay', async () => {
    const url = await driver().createQueue()
    await driver().send(url, 'delayed', { DelaySeconds: 1 })

    expect(await driver().receive(url)).toEqual([])
    expect(bodies(await driver().waitFor(url))).toEqual(['delayed'])
  })

  it('deletes the good entries of a batch and names the bad one', async () => {
    const url = await driver().createQueue()
    await driver().send(url, 'one')
    const [message] = await driver().waitFor(url)

    const Entries = [
      { Id: 'good', ReceiptHandle: message?.ReceiptHandle },
      { Id: 'bad', ReceiptHandle: 'not-a-handle' },
    ]
    const result = await driver().client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }))

    expect(result.Successful).toEqual([{ Id: 'good' }])
    expect(result.Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid', SenderFault: true }])
  })

  it('refuses an empty batch, one of eleven entries, and one with an id twice', async () => {
    const url = await driver().createQueue()
    const sendBatch = (ids: readonly string[]) =>
      driver().client.send(
        new SendMessageBatchCommand({ QueueUrl: url, Entries: ids.map(Id => ({ Id, MessageBody: 'x' })) }),
      )

    await expect(sendBatch([])).rejects.toBeInstanceOf(EmptyBatchRequest)
    await expect(sendBatch(Array.from({ length: 11 }, (_, i) => `${i}`))).rejects.toBeInstanceOf(
      TooManyEntriesInBatchRequest,
    )
    await expect(sendBatch(['a', 'a'])).rejects.toBeInstanceOf(BatchEntryIdsNotDistinct)
  })

  it('counts what is visible and what is in flight', async () => {
    const url = await driver().createQueue()
    await driver().send(url, 'a')
    await driver().send(url, 'b')
    await driver().waitFor(url, { MaxNumberOfMessages: 1 })

    const input = { QueueUrl: url, AttributeNames: ['All' as const] }
    const { Attributes } = await driver().client.send(new GetQueueAttributesCommand(input))

    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
      QueueArn: expect.stringMatching(/^arn:aws:sqs:[a-z0-9-]+:\d{12}:contract-/),
    })
  })

  it('raises QueueDoesNotExist for a name nobody made', async () => {
    await expect(driver().client.send(new GetQueueUrlCommand({ QueueName: 'nobody' }))).rejects.toBeInstanceOf(
      QueueDoesNotExist,
    )
  })

  it('moves a message to the dead-letter queue after as many receives as allowed', async () => {
    const deadLetterUrl = await driver().createQueue()
    const { Attributes } = await driver().client.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
    )
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 2 })
    const url = await driver().createQueue({ RedrivePolicy, VisibilityTimeout: '1' })
    const sent = await driver().send(url, 'poison')

    const first = await driver().waitFor(url)
    const second = await driver().waitFor(url)
    const third = await driver().receive(url, { WaitTimeSeconds: 3 })
    const dead = await driver().waitFor(deadLetterUrl)

    expect([bodies(first), bodies(second), bodies(third)]).toEqual([['poison'], ['poison'], []])
    expect(dead).toMatchObject([{ MessageId: sent.MessageId, Body: 'poison' }])
  })
}
