import { setTimeout as wait } from 'node:timers/promises'
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { slices } from '../../domain/slices.ts'
import { UnavailableError } from '../../errors.ts'
import type { DeadLetter, DeadLetters } from '../../ports/dead-letters.ts'

/** ReceiveMessage hands out at most ten. */
const batchSize = 10
/** Of whoever lists: so long it may take, and nobody else sees them meanwhile. */
const looksSeconds = 30
/** Of whoever moves: so long a message may take from one queue to the other. */
const movesSeconds = 60

interface Queues {
  readonly sourceUrl: string
  readonly sourceArn: string
  readonly deadUrl: string
  readonly deadArn: string
}

/** `queueUrl` is that of the queue itself; which one has its dead letters, it says. */
export function createDeadLetters(client: SQSClient, queueUrl: string): DeadLetters {
  let found: Promise<Queues> | undefined
  const queues = () => {
    found ??= findQueues(client, queueUrl)
    return found
  }
  return {
    countDeadLetters: async () => {
      const { sourceUrl, deadUrl } = await queues()
      return { dead: await countOf(client, deadUrl), waiting: await countOf(client, sourceUrl) }
    },
    listDeadLetters: async most => listSome(client, (await queues()).deadUrl, most),
    redrive: async () => {
      const all = await queues()
      const task = await startTask(client, all)
      return task ? followTask(client, all) : moveAll(client, all)
    },
  }
}

const redrivePolicy = z.object({ deadLetterTargetArn: z.string() })

async function findQueues(client: SQSClient, sourceUrl: string): Promise<Queues> {
  const asked = new GetQueueAttributesCommand({ QueueUrl: sourceUrl, AttributeNames: ['RedrivePolicy', 'QueueArn'] })
  const { Attributes = {} } = await client.send(asked)
  const { deadLetterTargetArn: deadArn } = redrivePolicy.parse(JSON.parse(Attributes.RedrivePolicy ?? '{}'))
  const QueueName = deadArn.slice(deadArn.lastIndexOf(':') + 1)
  const { QueueUrl: deadUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName }))
  return { sourceUrl, sourceArn: Attributes.QueueArn ?? '', deadUrl, deadArn }
}

const counted = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const

async function countOf(client: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counted] }),
  )
  return counted.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0)
}

const receive = async (client: SQSClient, QueueUrl: string, VisibilityTimeout: number): Promise<Message[]> => {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: batchSize,
      VisibilityTimeout,
      // Without it SQS asks only some of its servers, and what lies on others is missed.
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['SentTimestamp', 'MessageGroupId'],
      MessageAttributeNames: ['All'],
    }),
  )
  return Messages
}

async function listSome(client: SQSClient, QueueUrl: string, most: number): Promise<DeadLetter[]> {
  const seen: Message[] = []
  while (seen.length < most) {
    const messages = await receive(client, QueueUrl, looksSeconds)
    if (messages.length === 0) break
    seen.push(...messages)
  }
  for (const some of slices(seen, batchSize)) {
    const Entries = some.map(({ ReceiptHandle }, at) => ({ Id: `m${at}`, ReceiptHandle, VisibilityTimeout: 0 }))
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
  }
  return seen.slice(0, most).map(({ MessageId: id = '', Body: body = '', Attributes = {} }) => ({
    id,
    body,
    sentAt: new Date(Number(Attributes.SentTimestamp ?? 0)),
  }))
}

/** Names of the errors of a service that has no such tasks, for no queue or for none that is FIFO. */
const notServed = new Set([
  'UnsupportedOperation',
  'AWS.SimpleQueueService.UnsupportedOperation',
  'InvalidAction',
  'UnknownOperationException',
])

/** False where the service does not move messages itself. */
async function startTask(client: SQSClient, { deadArn, sourceArn }: Queues): Promise<boolean> {
  try {
    // Without a destination a message that somebody put there by hand ends the task: it has no queue to go back to.
    await client.send(new StartMessageMoveTaskCommand({ SourceArn: deadArn, DestinationArn: sourceArn }))
    return true
  } catch (error) {
    if (error instanceof Error && notServed.has(error.name)) return false
    throw error
  }
}

const asksEveryMs = 1000

/** Waits until the task has moved what it found, which is a hundred messages a second and more. */
async function followTask(client: SQSClient, { deadArn }: Queues): Promise<number> {
  for (;;) {
    const { Results = [] } = await client.send(new ListMessageMoveTasksCommand({ SourceArn: deadArn, MaxResults: 1 }))
    const [{ Status = 'RUNNING', ApproximateNumberOfMessagesMoved: moved = 0, FailureReason = '' } = {}] = Results
    if (Status === 'COMPLETED') return moved
    if (Status === 'FAILED' || Status === 'CANCELLED')
      throw new UnavailableError(
        `the queue gave ${moved} messages back, and then ended with ${Status} ${FailureReason}`.trimEnd(),
        { kind: 'server' },
      )
    await wait(asksEveryMs)
  }
}

/**
 * One after the other, so that those of a group keep their order. No more than there were, since what fails at once comes
 * back. A message that was sent and not deleted is known by its deduplication id when it is sent again.
 */
async function moveAll(client: SQSClient, { sourceUrl, deadUrl }: Queues): Promise<number> {
  const most = await countOf(client, deadUrl)
  let moved = 0
  while (moved < most) {
    const messages = await receive(client, deadUrl, movesSeconds)
    if (messages.length === 0) break
    for (const message of messages) await moveOne(client, message, { sourceUrl, deadUrl })
    moved += messages.length
  }
  return moved
}

async function moveOne(
  client: SQSClient,
  { MessageId, Body, Attributes, MessageAttributes, ReceiptHandle }: Message,
  { sourceUrl, deadUrl }: Pick<Queues, 'sourceUrl' | 'deadUrl'>,
): Promise<void> {
  const sent = {
    QueueUrl: sourceUrl,
    MessageBody: Body,
    MessageGroupId: Attributes?.MessageGroupId,
    // Not by its content: an equal one of the last five minutes would swallow it.
    MessageDeduplicationId: `redrive-${MessageId}`,
    ...(MessageAttributes && { MessageAttributes }),
  }
  await client.send(new SendMessageCommand(sent))
  await client.send(new DeleteMessageCommand({ QueueUrl: deadUrl, ReceiptHandle }))
}
