import { createHash, randomUUID } from 'node:crypto'
import { AwsError } from './aws-error.ts'
import { Backlog } from './backlog.ts'
import type { Deduplication } from './deduplication.ts'
import type { Message, MessageAttributes } from './message.ts'
import { isFifoName, type QueueSettings } from './queue-definition.ts'
import type { QueueLog, QueueState } from './queue-log.ts'
import { invalidParameter, parseReceiptHandle, receiptHandleOf } from './receipt-handle.ts'
import { SequenceNumbers } from './sequence-numbers.ts'
import { WakeTimer } from './wake-timer.ts'

export interface SendRequest {
  readonly body: string
  readonly attributes?: MessageAttributes | undefined
  readonly groupId?: string | undefined
  readonly deduplicationId?: string | undefined
  readonly delaySeconds?: number | undefined
}

export interface ReceiveRequest {
  readonly maxMessages: number
  /** At most so many message groups in one answer; unlimited when absent. */
  readonly maxGroups?: number
  readonly visibilityTimeoutMs?: number | undefined
}

export interface QueueCounts {
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
}

export interface QueueDeps {
  readonly arn: string
  readonly now: () => number
  /** Puts a message that was received too often where it belongs; must be safe to repeat. */
  readonly sendToDeadLetters: (queueName: string, message: Message) => void
}

/** One SQS queue, standard or FIFO, kept in memory and in a log on disk that is written before anything is acknowledged. */
export class Queue {
  readonly arn: string
  readonly isFifo: boolean
  private current: QueueSettings
  private readonly deps: QueueDeps
  private readonly log: QueueLog
  private readonly messages: Map<string, Message>
  private readonly deduplication: Deduplication
  private readonly backlog: Backlog
  private readonly sequenceNumbers = new SequenceNumbers()
  private readonly wakeTimer: WakeTimer

  constructor(settings: QueueSettings, log: QueueLog, state: QueueState, deps: QueueDeps) {
    this.arn = deps.arn
    this.isFifo = isFifoName(settings.name)
    this.current = settings
    this.deps = deps
    this.log = log
    this.messages = state.messages
    this.deduplication = state.deduplication
    this.backlog = new Backlog(this.isFifo)
    for (const message of state.messages.values()) this.backlog.add(message, deps.now())
    this.wakeTimer = new WakeTimer(
      () => this.backlog.readyCount(deps.now()) > 0,
      () => this.backlog.nextReadyAtMs,
      deps.now,
    )
  }

  get settings(): QueueSettings {
    return this.current
  }

  redefine(settings: QueueSettings): void {
    this.log.defined(settings)
    this.current = settings
  }

  /** Accepts a message, or names the one it repeats. The answer is given when the message is on disk. */
  send(request: SendRequest): { messageId: string; sequenceNumber?: string | undefined } {
    const nowMs = this.deps.now()
    const deduplicationId = this.isFifo ? this.deduplicationIdOf(request) : undefined
    const earlier = deduplicationId === undefined ? undefined : this.deduplication.find(deduplicationId, nowMs)
    if (earlier) return earlier
    const delaySeconds = request.delaySeconds ?? this.current.delaySeconds
    const message: Message = {
      id: randomUUID(),
      body: request.body,
      attributes: request.attributes,
      groupId: request.groupId,
      deduplicationId,
      sequenceNumber: this.isFifo ? this.sequenceNumbers.next(nowMs) : undefined,
      sentAtMs: nowMs,
      visibleAtMs: nowMs + delaySeconds * 1000,
      receiveCount: 0,
    }
    this.accept(message)
    return { messageId: message.id, sequenceNumber: message.sequenceNumber }
  }

  /** Takes in a message another queue gave up on. A repetition after a crash between the two queues changes nothing. */
  acceptDeadLetter(message: Message, sourceArn: string): void {
    if (this.messages.has(message.id)) return
    this.accept({ ...message, deadLetterSourceArn: sourceArn, visibleAtMs: 0, receiptHandle: undefined })
  }

  /** Hands out what is ready now, possibly nothing; messages received too often go to the dead-letter queue on the way. */
  receive(request: ReceiveRequest): Message[] {
    const nowMs = this.deps.now()
    this.dropExpired(nowMs)
    for (;;) {
      const found = this.backlog.peek(request.maxMessages, request.maxGroups ?? Number.POSITIVE_INFINITY, nowMs)
      if (found.length === 0) return found
      const received = found.filter(message => !this.giveUp(message))
      if (received.length === 0) continue
      const timeoutMs = request.visibilityTimeoutMs ?? this.current.visibilityTimeoutSeconds * 1000
      this.log.received(received, nowMs)
      for (const message of received) this.hideUntil(message, nowMs, timeoutMs)
      this.wakeTimer.update()
      return received
    }
  }

  /** Deletes by the latest receipt handle; deleting twice is no error. An expired handle of a FIFO queue is. */
  delete(receiptHandle: string): void {
    const message = this.messages.get(parseReceiptHandle(receiptHandle))
    if (!message) return
    const isLatest = message.receiptHandle === receiptHandle
    if (this.isFifo && (!isLatest || message.visibleAtMs <= this.deps.now())) {
      throw invalidParameter(
        `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
      )
    }
    if (isLatest) this.drop(message)
  }

  /** Moves the end of a running visibility timeout to `timeoutMs` from now; 0 gives the message back at once. */
  changeVisibility(receiptHandle: string, timeoutMs: number): void {
    const nowMs = this.deps.now()
    const message = this.messages.get(parseReceiptHandle(receiptHandle))
    if (message?.receiptHandle !== receiptHandle || message.visibleAtMs <= nowMs) {
      throw new AwsError('MessageNotInflight', 'The message referred to is not in flight.', {
        queryCode: 'AWS.SimpleQueueService.MessageNotInflight',
      })
    }
    message.visibleAtMs = nowMs + timeoutMs
    this.backlog.changed(message, nowMs)
    this.wakeTimer.update()
  }

  /**
   * Sends what is visible to another queue, as new messages, and answers how many. `queueOf` is told which queue gave a
   * message up, and answers undefined where it is to stay.
   */
  redrive(queueOf: (origin: string | undefined) => Pick<Queue, 'send'> | undefined): number {
    const nowMs = this.deps.now()
    let moved = 0
    for (const message of [...this.messages.values()]) {
      const destination = message.visibleAtMs > nowMs ? undefined : queueOf(message.deadLetterSourceArn)
      if (!destination) continue
      const { body, attributes, groupId, id } = message
      destination.send({ body, attributes, groupId, ...(this.isFifo && { deduplicationId: id }) })
      this.drop(message)
      moved += 1
    }
    return moved
  }

  /** Calls `listener` whenever something may have become ready to receive, until the returned function is called. */
  onReady(listener: () => void): () => void {
    return this.wakeTimer.subscribe(listener)
  }

  /** Groups (messages, in a standard queue) that can be received now. */
  readyCount(): number {
    return this.backlog.readyCount(this.deps.now())
  }

  counts(): QueueCounts {
    const nowMs = this.deps.now()
    this.dropExpired(nowMs)
    const counts = { visible: 0, inFlight: 0, delayed: 0 }
    for (const message of this.messages.values()) {
      if (message.visibleAtMs <= nowMs) counts.visible += 1
      else if (message.receiptHandle === undefined) counts.delayed += 1
      else counts.inFlight += 1
    }
    return counts
  }

  /** How long ago the oldest message was sent that is not deleted, waiting or received; 0 of an empty queue. */
  oldestAgeSeconds(): number {
    const nowMs = this.deps.now()
    this.dropExpired(nowMs)
    const [oldest] = this.messages.values()
    return oldest ? Math.max(0, Math.floor((nowMs - oldest.sentAtMs) / 1000)) : 0
  }

  close(): void {
    this.wakeTimer.stop()
    this.log.close()
  }

  private accept(message: Message): void {
    this.log.sent(message)
    this.messages.set(message.id, message)
    this.deduplication.record(message)
    this.backlog.add(message, this.deps.now())
    this.wakeTimer.update()
  }

  private drop(message: Message): void {
    this.log.deleted(message)
    this.messages.delete(message.id)
    this.backlog.remove(message, this.deps.now())
    this.log.compact(this.current, this.messages, this.deduplication)
    this.wakeTimer.update()
  }

  private dropExpired(nowMs: number): void {
    const oldestKeptMs = nowMs - this.current.retentionSeconds * 1000
    for (const message of this.messages.values()) {
      if (message.sentAtMs >= oldestKeptMs) return
      this.drop(message)
    }
  }

  private giveUp(message: Message): boolean {
    const { deadLetter } = this.current
    if (!deadLetter || message.receiveCount < deadLetter.maxReceiveCount) return false
    this.deps.sendToDeadLetters(deadLetter.queue, message)
    this.drop(message)
    return true
  }

  private hideUntil(message: Message, nowMs: number, timeoutMs: number): void {
    message.receiveCount += 1
    message.firstReceivedAtMs ??= nowMs
    message.receiptHandle = receiptHandleOf(message.id)
    message.visibleAtMs = nowMs + timeoutMs
    this.backlog.changed(message, nowMs)
  }

  private deduplicationIdOf(request: SendRequest): string {
    if (request.deduplicationId !== undefined) return request.deduplicationId
    if (this.current.contentBasedDeduplication) return createHash('sha256').update(request.body).digest('hex')
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    )
  }
}
