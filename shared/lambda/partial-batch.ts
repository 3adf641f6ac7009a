import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { InvalidInputError } from '../errors.ts'

export interface BatchLog {
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
}

/**
 * Handles a batch of a FIFO queue: groups side by side, the messages of one group in order. A failed message and the
 * rest of its group go back to the queue, the other groups are done. Bad input is logged and dropped, since it would
 * fail for ever; `retry` is told of each group's records that come back.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function handleBatch(
  event: SQSEvent,
  log: BatchLog,
  handleRecord: (record: SQSRecord) => Promise<void>,
  retry: (records: readonly SQSRecord[]) => Promise<void>,
): Promise<SQSBatchResponse> {
  const groups = Map.groupBy(event.Records, record => record.attributes.MessageGroupId ?? record.messageId)
  const failed = await Promise.all([...groups.values()].map(group => handleGroup(group, log, handleRecord)))
  for (const records of failed)
    await retry(records).catch(error => log.warn('failed messages wait out their whole visibility timeout', { error }))
  return { batchItemFailures: failed.flat().map(record => ({ itemIdentifier: record.messageId })) }
}

/** Answers the records that must come back. */
async function handleGroup(
  group: readonly SQSRecord[],
  log: BatchLog,
  handleRecord: (record: SQSRecord) => Promise<void>,
): Promise<readonly SQSRecord[]> {
  for (const [at, record] of group.entries()) {
    try {
      await handleRecord(record)
    } catch (error) {
      const fields = { messageId: record.messageId, error }
      if (!(error instanceof InvalidInputError)) {
        log.error('message goes back to the queue', fields)
        return group.slice(at)
      }
      log.warn('message dropped: it can never succeed', fields)
    }
  }
  return []
}
