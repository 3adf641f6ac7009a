import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { AwsError } from './aws/aws-error.ts'
import type { LocalAws } from './aws/endpoint.ts'
import { type Message, type MessageAttributes, md5OfAttributes, md5OfBody } from './aws/message.ts'
import type { Queue } from './aws/queue.ts'
import { systemAttributesOf } from './aws/queue-attributes.ts'

export interface PollOptions {
  readonly aws: LocalAws
  readonly queueName: string
  readonly batchSize: number
  /** How long to wait for a fuller batch (standard queues only, as in Lambda); 0, the default, takes what is there. */
  readonly maxBatchingWindowMs?: number
  readonly visibilityTimeoutMs: number
  /** Invocations at a time. */
  readonly concurrency: number
  readonly invoke: (event: SQSEvent) => Promise<SQSBatchResponse | undefined>
  /** Told of a handler that threw or answered nonsense, and of messages that could not be taken or deleted. */
  readonly onError: (error: unknown) => void
}

const retryAfterErrorMs = 1000

/**
 * The in-process counterpart of a Lambda event source mapping with ReportBatchItemFailures: deletes what succeeded and
 * leaves the rest to its visibility timeout. A send wakes it at once. It deletes every message a handler does not
 * report, so that a handler of a FIFO queue must, as Lambda asks, report all that follows its first failure.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const pollQueue = (options: PollOptions): { stop(): Promise<void> } => {
  const poller = new QueuePoller(options)
  poller.start()
  return { stop: () => poller.stop() }
}

class QueuePoller {
  private readonly options: PollOptions
  private readonly queue: Queue
  private readonly running = new Set<Promise<void>>()
  private unsubscribe: () => void = () => {}
  private scheduled: NodeJS.Immediate | undefined
  private timer: NodeJS.Timeout | undefined
  private windowEndsAtMs: number | undefined
  private isStopped = false

  constructor(options: PollOptions) {
    this.options = options
    this.queue = options.aws.queues.get(options.queueName)
  }

  start(): void {
    this.unsubscribe = this.queue.onReady(() => this.schedule())
    this.schedule()
  }

  /** Takes no more messages, and resolves when the invocations that run have ended. */
  async stop(): Promise<void> {
    this.isStopped = true
    this.unsubscribe()
    clearImmediate(this.scheduled)
    clearTimeout(this.timer)
    await Promise.all(this.running)
  }

  // Not at once: a send must be answered before its message is worked on, and sends that come together make one batch.
  private schedule(): void {
    if (this.isStopped || this.scheduled) return
    this.scheduled = setImmediate(() => {
      this.scheduled = undefined
      this.pump()
    })
  }

  private scheduleIn(delayMs: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.schedule(), delayMs)
  }

  private pump(): void {
    try {
      while (!this.isStopped && this.running.size < this.options.concurrency && this.isBatchDue()) {
        const messages = this.queue.receive(this.nextRequest())
        if (messages.length === 0) return
        this.windowEndsAtMs = undefined
        this.run(messages)
      }
    } catch (error) {
      this.options.onError(error)
      this.scheduleIn(retryAfterErrorMs)
    }
  }

  private isBatchDue(): boolean {
    const windowMs = this.queue.isFifo ? 0 : (this.options.maxBatchingWindowMs ?? 0)
    const readyCount = this.queue.readyCount()
    if (windowMs === 0 || readyCount === 0 || readyCount >= this.options.batchSize) return true
    const nowMs = performance.now()
    this.windowEndsAtMs ??= nowMs + windowMs
    if (nowMs >= this.windowEndsAtMs) return true
    this.scheduleIn(Math.ceil(this.windowEndsAtMs - nowMs))
    return false
  }

  private nextRequest() {
    const { batchSize, visibilityTimeoutMs, concurrency } = this.options
    const request = { maxMessages: batchSize, visibilityTimeoutMs }
    if (!this.queue.isFifo) return request
    // Groups are spread over the free slots: in one batch they would wait for each other.
    const freeSlots = concurrency - this.running.size
    return { ...request, maxGroups: Math.max(1, Math.ceil(this.queue.readyCount() / freeSlots)) }
  }

  private run(messages: readonly Message[]): void {
    const run = this.deliver(messages)
      .catch(this.options.onError)
      .then(() => {
        this.running.delete(run)
        this.schedule()
      })
    this.running.add(run)
  }

  private async deliver(messages: readonly Message[]): Promise<void> {
    // A message that is received again meanwhile gets another handle: the one of this delivery is kept.
    const records = messages.map(message => recordOf(message, this.options.aws, this.queue.arn))
    const response = await this.options.invoke({ Records: records })
    const failedIds = failedIdsOf(response, records)
    for (const record of records) if (!failedIds.has(record.messageId)) this.delete(record)
  }

  private delete(record: SQSRecord): void {
    try {
      this.queue.delete(record.receiptHandle)
    } catch (error) {
      const reason = error instanceof AwsError ? 'its visibility timeout ended before the handler did' : 'see the cause'
      this.options.onError(
        new Error(
          `message ${record.messageId} of ${this.options.queueName} was handled but could not be deleted: ${reason}`,
          {
            cause: error,
          },
        ),
      )
    }
  }
}

/** An answer that names nothing, or a message that was not in the batch, counts as a failure of the whole batch. */
const failedIdsOf = (response: SQSBatchResponse | undefined, records: readonly SQSRecord[]): Set<string> => {
  const failed = new Set((response?.batchItemFailures ?? []).map(failure => failure.itemIdentifier))
  const known = new Set(records.map(record => record.messageId))
  for (const id of failed) {
    if (!known.has(id))
      throw new Error(
        `the handler reported the failure of message ${id}, which is not in its batch: the whole batch counts as failed`,
      )
  }
  return failed
}

const recordOf = (message: Message, aws: LocalAws, queueArn: string): SQSRecord => ({
  messageId: message.id,
  receiptHandle: message.receiptHandle ?? '',
  body: message.body,
  attributes: systemAttributesOf(message, aws.identity.accountId),
  messageAttributes: lambdaAttributesOf(message.attributes ?? {}),
  md5OfBody: md5OfBody(message.body),
  ...(message.attributes && { md5OfMessageAttributes: md5OfAttributes(message.attributes) }),
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: aws.identity.region,
})

const lambdaAttributesOf = (attributes: MessageAttributes): SQSRecord['messageAttributes'] =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      {
        stringValue: attribute.StringValue,
        binaryValue: attribute.BinaryValue,
        stringListValues: [],
        binaryListValues: [],
        dataType: attribute.DataType,
      },
    ]),
  )
