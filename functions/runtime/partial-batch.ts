import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { InvalidInputError } from '../../shared/errors.ts'
import type { BatchHold, QueueMessages } from './queue-messages.ts'

interface BatchLog {
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
}

interface BatchDeps<TLog extends BatchLog> {
  readonly log: BatchLog
  /** The log of one message. */
  readonly logOf: (record: SQSRecord) => TLog
  readonly handleRecord: (record: SQSRecord, log: TLog) => Promise<void>
  readonly messages: QueueMessages
}

/**
 * Handles a batch of a FIFO queue: groups side by side, the messages of one group in order. A failed message and the
 * rest of its group go back to the queue, the other groups are done. Bad input is logged and dropped, since it would
 * fail for ever.
 *
 * Not Powertools' batch processor: for FIFO queues it handles one message after the other, so that a repository would
 * wait for nine others, and its only answer to bad input is to give it back to the queue.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function handleBatch<TLog extends BatchLog>(
  event: SQSEvent,
  deps: BatchDeps<TLog>,
): Promise<SQSBatchResponse> {
  const groups = Map.groupBy(event.Records, record => record.attributes.MessageGroupId ?? record.messageId)
  const tellLate = (error: unknown) => deps.log.warn('messages wait out their whole visibility timeout', { error })
  const hold = deps.messages.hold(event.Records, tellLate)
  const failed = await Promise.all([...groups.values()].map(group => handleGroup(group, hold, deps))).finally(() =>
    hold.release(),
  )
  for (const records of failed) await deps.messages.retry(records).catch(tellLate)
  return { batchItemFailures: failed.flat().map(record => ({ itemIdentifier: record.messageId })) }
}

/** Answers the records that must come back. */
async function handleGroup<TLog extends BatchLog>(
  group: readonly SQSRecord[],
  hold: BatchHold,
  { logOf, handleRecord }: BatchDeps<TLog>,
): Promise<readonly SQSRecord[]> {
  for (const [at, record] of group.entries()) {
    const log = logOf(record)
    try {
      await handleRecord(record, log)
    } catch (error) {
      if (!(error instanceof InvalidInputError)) {
        log.error('message goes back to the queue', { error })
        return group.slice(at)
      }
      log.warn('message dropped: it can never succeed', { error })
    }
    hold.done(record)
  }
  return []
}
