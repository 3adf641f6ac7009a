import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSRecord } from 'aws-lambda'

/** A batch while it runs. */
export interface BatchHold {
  /** The message is handled: it does not come back, whatever becomes of the batch. */
  done(record: SQSRecord): void
  /** The batch has ended, and its answer says what comes back. */
  release(): Promise<void>
}

/** What a consumer does with the messages that it was given, beside its answer. */
export interface QueueMessages {
  /** Makes messages that failed visible again soon; all of one queue. */
  retry(records: readonly SQSRecord[]): Promise<void>
  /** `onError` is called for a call that failed: those messages wait out the visibility timeout of their queue. */
  hold(records: readonly SQSRecord[], onError: (error: unknown) => void): BatchHold
}

export interface HoldOptions {
  /** When messages come back whose batch was killed; in whole seconds. */
  readonly visibilitySeconds: number
  /** Since a batch came that is new; most have ended by then, and the queue is asked nothing of these. */
  readonly firstBeatMs: number
  readonly beatMs: number
}

const defaults: HoldOptions = { visibilitySeconds: 120, firstBeatMs: 2000, beatMs: 40_000 }

/**
 * The visibility timeout of a queue is six times its function's, as Lambda asks, and for all of that time the group of a
 * message would stand still. So a batch says that it lives, and what it has done: one that is killed brings back the rest
 * within minutes, and a message that failed comes back when it is to. One that is killed before its first beat brings back
 * all of it, after the whole visibility timeout. A message that comes again is held at once, so that what kills its process comes
 * to the dead letters soon.
 */
export function createQueueMessages(client: SQSClient, options: HoldOptions = defaults): QueueMessages {
  const urls = new Map<string, Promise<string | undefined>>()
  const urlOf = (arn: string): Promise<string | undefined> => {
    const known = urls.get(arn)
    if (known) return known
    const url = client.send(new GetQueueUrlCommand({ QueueName: arn.split(':').at(-1) })).then(found => found.QueueUrl)
    urls.set(arn, url)
    url.catch(() => urls.delete(arn))
    return url
  }
  return {
    async retry(records) {
      const [first] = records
      if (!first) return
      const QueueUrl = await urlOf(first.eventSourceARN)
      for (const { receiptHandle, attributes } of records) {
        const VisibilityTimeout = retryDelaySeconds(Number(attributes.ApproximateReceiveCount))
        await client.send(
          new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout }),
        )
      }
    },
    hold: (records, onError) => new Heartbeat(records, { client, urlOf, onError, ...options }),
  }
}

const firstDelaySeconds = 15
const maxDelaySeconds = 900

/** 15 s after the first failure, twice as long after each further one, 15 minutes at most. */
export const retryDelaySeconds = (receiveCount: number): number =>
  Math.min(maxDelaySeconds, firstDelaySeconds * 2 ** Math.max(0, receiveCount - 1))

interface HeartbeatDeps extends HoldOptions {
  readonly client: SQSClient
  readonly urlOf: (arn: string) => Promise<string | undefined>
  readonly onError: (error: unknown) => void
}

class Heartbeat implements BatchHold {
  readonly #deps: HeartbeatDeps
  readonly #running: Set<SQSRecord>
  readonly #done = new Set<SQSRecord>()
  #next: NodeJS.Timeout
  /** A beat that came after the answer would hide what is to come back soon. */
  #last = Promise.resolve()

  constructor(records: readonly SQSRecord[], deps: HeartbeatDeps) {
    this.#deps = deps
    this.#running = new Set(records)
    const beat = () => {
      this.#last = this.#last.then(() => this.#beat())
    }
    const begin = () => {
      beat()
      return setInterval(beat, deps.beatMs)
    }
    const isNew = records.every(({ attributes }) => Number(attributes.ApproximateReceiveCount) <= 1)
    this.#next = isNew ? setTimeout(() => (this.#next = begin()), deps.firstBeatMs) : begin()
  }

  done(record: SQSRecord): void {
    this.#running.delete(record)
    this.#done.add(record)
  }

  async release(): Promise<void> {
    clearTimeout(this.#next)
    await this.#last
  }

  async #beat(): Promise<void> {
    const { client, urlOf, onError, visibilitySeconds } = this.#deps
    const [first] = [...this.#running, ...this.#done]
    if (!first) return
    const done = [...this.#done]
    try {
      const QueueUrl = await urlOf(first.eventSourceARN)
      if (done.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: entriesOf(done) }))
      for (const record of done) this.#done.delete(record)
      if (this.#running.size === 0) return
      const Entries = entriesOf([...this.#running]).map(one => ({ ...one, VisibilityTimeout: visibilitySeconds }))
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
    } catch (error) {
      onError(error)
    }
  }
}

/** A batch has ten at most, as these calls do. */
const entriesOf = (records: readonly SQSRecord[]) =>
  records.map(({ receiptHandle }, at) => ({ Id: String(at), ReceiptHandle: receiptHandle }))
