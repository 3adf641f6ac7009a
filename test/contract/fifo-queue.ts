import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { expect, it } from 'vitest'
import { bodies, type QueueDriver } from './queue-driver.ts'

/** What a FIFO queue must do. The driver is there when the tests run. */
export const fifoQueueContract = (driver: () => QueueDriver): void => {
  it('delivers the messages of a group in the order they were sent', async () => {
    const url = await driver().createFifoQueue()
    const expected = Array.from({ length: 15 }, (_, i) => `m${i}`)
    for (const body of expected) await driver().sendToGroup(url, 'g', body)

    const first = await driver().waitFor(url)
    for (const message of first) await driver().remove(url, message)
    const second = await driver().waitFor(url)

    expect(bodies([...first, ...second])).toEqual(expected)
    expect(first[0]?.Attributes).toMatchObject({ MessageGroupId: 'g', SequenceNumber: expect.any(String) })
  })

  it('holds a group back while a message of it is in flight, and delivers other groups', async () => {
    const url = await driver().createFifoQueue()
    await driver().sendToGroup(url, 'a', 'a1')
    const [a1] = await driver().waitFor(url)
    await driver().sendToGroup(url, 'a', 'a2')
    await driver().sendToGroup(url, 'b', 'b1')

    const meanwhile = await driver().waitFor(url)
    await driver().remove(url, a1)
    const after = await driver().waitFor(url)

    expect(bodies(meanwhile)).toEqual(['b1'])
    expect(bodies(after)).toEqual(['a2'])
  })

  it('delivers what was not deleted of a batch again, in order, before what follows', async () => {
    const url = await driver().createFifoQueue({ VisibilityTimeout: '1' })
    for (const body of ['1', '2', '3']) await driver().sendToGroup(url, 'g', body)
    const [first] = await driver().waitFor(url)
    await driver().remove(url, first)
    await driver().sendToGroup(url, 'g', '4')

    const again = await driver().waitFor(url)

    expect(first?.Body).toBe('1')
    expect(bodies(again)).toEqual(['2', '3', '4'])
  })

  it('F1 takes a message sent a hundred times under one deduplication id once, deleted or not', async () => {
    const url = await driver().createFifoQueue()
    const options = { MessageGroupId: 'g', MessageDeduplicationId: 'd' }
    const first = await driver().send(url, 'once', options)
    const repeated = await Promise.all(Array.from({ length: 50 }, () => driver().send(url, 'once', options)))
    const received = await driver().waitFor(url)
    await driver().remove(url, received[0])
    await Promise.all(Array.from({ length: 49 }, () => driver().send(url, 'once', options)))

    expect(new Set(repeated.map(answer => answer.MessageId))).toEqual(new Set([first.MessageId]))
    expect(bodies(received)).toEqual(['once'])
    expect(await driver().receive(url, { WaitTimeSeconds: 1 })).toEqual([])
  })

  it('takes the body for the deduplication id where content-based deduplication is on', async () => {
    const url = await driver().createFifoQueue()
    for (const body of ['same', 'same', 'other']) await driver().sendToGroup(url, 'g', body)

    expect(bodies(await driver().waitFor(url))).toEqual(['same', 'other'])
  })

  it('refuses a message without a group, and one without any deduplication id', async () => {
    const url = await driver().createQueue({ FifoQueue: 'true' })

    await expect(driver().send(url, 'x', { MessageDeduplicationId: 'd' })).rejects.toThrow(/MessageGroupId/)
    await expect(driver().sendToGroup(url, 'g', 'x')).rejects.toThrow(/MessageDeduplicationId/)
  })

  it('goes on with a group when its first message has become a dead letter', async () => {
    const deadLetterUrl = await driver().createFifoQueue()
    const { Attributes } = await driver().client.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
    )
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 })
    const url = await driver().createFifoQueue({ RedrivePolicy, VisibilityTimeout: '1' })
    await driver().sendToGroup(url, 'g', 'poison')
    await driver().waitFor(url)
    await driver().sendToGroup(url, 'g', 'next')

    const next = await driver().waitFor(url)
    const dead = await driver().waitFor(deadLetterUrl)

    expect(bodies(next)).toEqual(['next'])
    expect(bodies(dead)).toEqual(['poison'])
  })
}
