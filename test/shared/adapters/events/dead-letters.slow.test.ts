import { ReceiveMessageCommand, SendMessageCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import { localQueues } from '../../../../cli/embedded/local-transport.ts'
import { queueFile } from '../../../../cli/embedded/queue-file.ts'
import { createDeadLetters } from '../../../../shared/adapters/events/dead-letters.ts'
import { clientOptions, testAws } from '../../../cli/embedded/aws/embedded-aws.ts'

/** A client of an SQS that answers these tasks as one does that has none. */
function withoutTasks(options: SQSClientConfig): SQSClient {
  const client = new SQSClient(options)
  client.middlewareStack.add(
    (next, { commandName }) =>
      args => {
        if (commandName !== 'StartMessageMoveTaskCommand') return next(args)
        throw Object.assign(new Error('Unsupported operation.'), {
          name: 'AWS.SimpleQueueService.UnsupportedOperation',
        })
      },
    { step: 'initialize' },
  )
  return client
}

async function queueWithDead(
  bodies: readonly { readonly body: string; readonly group: string }[],
  makeClient = (options: SQSClientConfig) => new SQSClient(options),
) {
  // A try ends at once, and two are one too many.
  const queues = localQueues().map(queue =>
    queue.deadLetter
      ? { ...queue, visibilityTimeoutSeconds: 0, deadLetter: { ...queue.deadLetter, maxReceiveCount: 1 } }
      : queue,
  )
  const aws = await testAws({ queues })
  const client = makeClient(clientOptions(aws.endpoint))
  const QueueUrl = aws.queueUrl(queueFile('sync'))
  const receive = async () => {
    const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['MessageGroupId' as const] }
    return (await client.send(new ReceiveMessageCommand(asked))).Messages ?? []
  }
  for (const { body, group } of bodies)
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageGroupId: group }))
  const letters = createDeadLetters(client, QueueUrl)
  const giveUp = async () => {
    while ((await letters.countDeadLetters()).dead < bodies.length) await receive()
  }
  await giveUp()
  return { letters, giveUp, client, QueueUrl }
}

const three = [
  { body: '{"n":1}', group: 'a' },
  { body: '{"n":2}', group: 'a' },
  { body: '{"n":3}', group: 'b' },
]

describe.each([
  ['by a task of the queue', undefined],
  ['one by one, where the queue has no tasks', withoutTasks],
])('dead letters, given back %s', (_, makeClient) => {
  it('are in their queue again, each in its group and in its order', async () => {
    const { letters, client, QueueUrl } = await queueWithDead(three, makeClient)

    const given = await letters.redrive()

    const counts = await letters.countDeadLetters()
    const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['MessageGroupId' as const] }
    const { Messages = [] } = await client.send(new ReceiveMessageCommand(asked))
    expect(given).toBe(3)
    expect(counts).toEqual({ dead: 0, waiting: 3 })
    expect(Messages.map(({ Body, Attributes }) => ({ body: Body, group: Attributes?.MessageGroupId }))).toEqual(three)
  })

  it('are taken though an equal message was sent within five minutes', async () => {
    const [first = { body: '', group: '' }] = three
    const { letters } = await queueWithDead([first], makeClient)

    await letters.redrive()

    expect(await letters.countDeadLetters()).toEqual({ dead: 0, waiting: 1 })
  })

  it('lie there again when they fail again, and can be given back again', async () => {
    const { letters, giveUp } = await queueWithDead(three, makeClient)
    await letters.redrive()
    await giveUp()

    const again = await letters.redrive()

    expect(again).toBe(3)
    expect(await letters.countDeadLetters()).toEqual({ dead: 0, waiting: 3 })
  })

  it('are all given back, also one that somebody put there by hand', async () => {
    const { letters, client, QueueUrl } = await queueWithDead([], makeClient)
    const byHand = { MessageBody: '{"n":9}', MessageGroupId: 'a', MessageDeduplicationId: '9' }
    await client.send(new SendMessageCommand({ QueueUrl: QueueUrl.replace('.fifo', '-dead.fifo'), ...byHand }))

    expect(await letters.redrive()).toBe(1)
    expect(await letters.countDeadLetters()).toEqual({ dead: 0, waiting: 1 })
  })

  it('are none where none lie', async () => {
    const { letters } = await queueWithDead([], makeClient)

    expect(await letters.redrive()).toBe(0)
  })
})

describe('a list of dead letters', () => {
  it('leaves them where they are, for the next reader at once', async () => {
    const { letters } = await queueWithDead(three)

    const first = await letters.listDeadLetters(10)
    const second = await letters.listDeadLetters(10)

    expect(first.map(({ body }) => body).sort()).toEqual(three.map(({ body }) => body))
    expect(second.map(({ id }) => id).sort()).toEqual(first.map(({ id }) => id).sort())
    expect(await letters.redrive()).toBe(3)
  })

  it('ends with as many as were asked for', async () => {
    const { letters } = await queueWithDead(three)

    expect(await letters.listDeadLetters(2)).toHaveLength(2)
  })
})

it('a message that was sent back and not deleted, as by a kill between the two, is in its queue once', async () => {
  const { letters, client, QueueUrl } = await queueWithDead(three.slice(0, 1), withoutTasks)
  const [dead] = await letters.listDeadLetters(1)
  const sent = { QueueUrl, MessageBody: dead?.body, MessageGroupId: 'a', MessageDeduplicationId: `redrive-${dead?.id}` }
  await client.send(new SendMessageCommand(sent))

  await letters.redrive()

  expect(await letters.countDeadLetters()).toEqual({ dead: 0, waiting: 1 })
})
