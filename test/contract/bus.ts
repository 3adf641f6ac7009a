import { randomUUID } from 'node:crypto'
import {
  CreateEventBusCommand,
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-eventbridge'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

export interface ContractRule {
  readonly name: string
  readonly busName: string
  /** An EventBridge pattern. */
  readonly pattern: object
  /** The name of a FIFO queue with content-based deduplication that is made with the rule. */
  readonly queueName: string
  readonly messageGroupId: string
}

export interface BusContractSetup {
  readonly events: EventBridgeClient
  readonly queues: SQSClient
  /** Makes the bus where it is not there, the queue, the rule and its target; returns the URL of the queue. */
  createRule(rule: ContractRule): Promise<string>
  stop(): Promise<void>
}

/** Where an emulator is known to leave the documentation of AWS. */
export interface BusDifferences {
  /** Takes an entry whose detail is not a JSON object, where EventBridge answers MalformedDetail. */
  readonly takesMalformedDetail?: boolean
}

/** Makes rules by the API itself: for an emulator, or for AWS where the queues let EventBridge send to them. */
export const createRuleByApi =
  (events: EventBridgeClient, queues: SQSClient) =>
  async (rule: ContractRule): Promise<string> => {
    await events.send(new CreateEventBusCommand({ Name: rule.busName })).catch(error => {
      if (!(error instanceof ResourceAlreadyExistsException)) throw error
    })
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' }
    const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: rule.queueName, Attributes }))
    const queue = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }))
    const EventPattern = JSON.stringify(rule.pattern)
    await events.send(new PutRuleCommand({ Name: rule.name, EventBusName: rule.busName, EventPattern }))
    const SqsParameters = { MessageGroupId: rule.messageGroupId }
    const Targets = [{ Id: 'queue', Arn: queue.Attributes?.QueueArn, SqsParameters }]
    await events.send(new PutTargetsCommand({ Rule: rule.name, EventBusName: rule.busName, Targets }))
    return QueueUrl ?? ''
  }

const busName = 'image-lifecycle'

/** What every event bus that the product runs on must do on the way from PutEvents over a rule to a FIFO queue. */
export const busContract = (
  name: string,
  setup: () => Promise<BusContractSetup>,
  differences: BusDifferences = {},
): void => {
  describe(`${name} as EventBridge`, () => {
    let started: BusContractSetup

    beforeAll(async () => {
      started = await setup()
    })
    afterAll(() => started.stop())

    const createRule = (pattern: object): Promise<string> => {
      const id = randomUUID()
      const rule = { name: `rule-${id}`, busName, pattern, queueName: `bus-${id}.fifo`, messageGroupId: 'all' }
      return started.createRule(rule)
    }
    const entryOf = (detail: object, entry: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
      EventBusName: busName,
      Source: 'shelflife.webhook',
      DetailType: 'ImagePushed',
      Detail: JSON.stringify(detail),
      ...entry,
    })
    const put = (entries: PutEventsRequestEntry[]) => started.events.send(new PutEventsCommand({ Entries: entries }))
    const receiveAll = async (QueueUrl: string, count: number) => {
      const events: { detail: Record<string, unknown> }[] = []
      while (events.length < count) {
        const input = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }
        const { Messages = [] } = await started.queues.send(new ReceiveMessageCommand(input))
        if (Messages.length === 0) return events
        for (const { Body, ReceiptHandle } of Messages) {
          events.push(JSON.parse(Body ?? ''))
          await started.queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
        }
      }
      return events
    }
    const run = randomUUID()

    it('puts a matching event into the queue of the rule, in its envelope', async () => {
      const url = await createRule({ source: ['shelflife.webhook'], detail: { case: [`${run}-envelope`] } })

      const result = await put([entryOf({ case: `${run}-envelope`, tag: 'v1' }, { Resources: ['arn:x'] })])
      const [event] = await receiveAll(url, 1)

      expect(result.FailedEntryCount).toBe(0)
      expect(event).toMatchObject({
        version: '0',
        id: result.Entries?.[0]?.EventId,
        source: 'shelflife.webhook',
        'detail-type': 'ImagePushed',
        resources: ['arn:x'],
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        detail: { tag: 'v1' },
      })
    })

    it('keeps the events of one call in order', async () => {
      const url = await createRule({ detail: { case: [`${run}-order`] } })
      const numbers = Array.from({ length: 10 }, (_, i) => i)

      for (const number of numbers) await put([entryOf({ case: `${run}-order`, number })])
      const events = await receiveAll(url, 10)

      expect(events.map(event => event.detail.number)).toEqual(numbers)
    })

    it.each([
      ['exact values', { tag: ['v1', 'v2'] }, { tag: 'v2' }, { tag: 'v3' }],
      ['a prefix', { tag: [{ prefix: 'v1.' }] }, { tag: 'v1.2' }, { tag: 'v2' }],
      ['existence', { digest: [{ exists: true }] }, { digest: 'd' }, { tag: 'v1' }],
      ['absence', { digest: [{ exists: false }] }, { tag: 'v1' }, { digest: 'd' }],
      ['anything but', { tag: [{ 'anything-but': ['latest'] }] }, { tag: 'v1' }, { tag: 'latest' }],
      ['nested fields', { image: { tag: ['v1'] } }, { image: { tag: 'v1' } }, { image: { tag: 'v2' }, tag: 'v1' }],
    ])('matches %s', async (what, pattern, matching, other) => {
      const url = await createRule({ detail: { case: [`${run}-${what}`], ...pattern } })

      await put([other, matching].map(detail => entryOf({ case: `${run}-${what}`, ...detail })))
      const events = await receiveAll(url, 1)

      expect(events.map(event => event.detail)).toEqual([{ case: `${run}-${what}`, ...matching }])
    })

    it('takes the good entries of a call, and tells which ones it did not take', async () => {
      const url = await createRule({ detail: { case: [`${run}-partial`] } })

      const result = await put([
        entryOf({}, { Detail: 'not json' }),
        entryOf({ case: `${run}-partial` }),
        entryOf({}, { Detail: '[1]' }),
      ])
      const events = await receiveAll(url, 1)

      const malformed = differences.takesMalformedDetail
        ? { EventId: expect.any(String) }
        : { ErrorCode: 'MalformedDetail' }
      expect(result.FailedEntryCount).toBe(differences.takesMalformedDetail ? 0 : 2)
      expect(result.Entries).toMatchObject([malformed, { EventId: expect.any(String) }, malformed])
      expect(events).toHaveLength(1)
    })

    it('refuses more than ten entries in one call', async () => {
      await expect(put(Array.from({ length: 11 }, () => entryOf({})))).rejects.toMatchObject({
        name: 'ValidationException',
      })
    })
  })
}
