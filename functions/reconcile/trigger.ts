import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import * as z from 'zod'
import { InvalidInputError, UnavailableError } from '../../shared/errors.ts'
import { type BatchLog, handleBatch } from '../../shared/lambda/partial-batch.ts'
import {
  type ReconcileDeps,
  type ReconcileResult,
  reconcileAll,
  reconcileRepository,
} from '../../shared/reconcile/reconcile.ts'

const syncedMessage = z.object({
  'detail-type': z.literal('RepositorySynced'),
  detail: z.object({ registry: z.string(), repository: z.string() }),
})

interface TriggerLog extends BatchLog {
  info(message: string, fields: Record<string, unknown>): void
}

/** A batch of the queue is told from the schedule's event by its records. */
export const reconcileTrigger =
  (log: TriggerLog, connect: () => Promise<ReconcileDeps>, retry: (records: readonly SQSRecord[]) => Promise<void>) =>
  async (event: Partial<SQSEvent>): Promise<SQSBatchResponse | undefined> => {
    const deps = await connect()
    const records = event.Records
    if (records) {
      return handleBatch(
        { Records: records },
        log,
        async record => {
          report(log, await reconcileRepository(parseSynced(record.body), deps))
        },
        retry,
      )
    }
    report(log, await reconcileAll(deps))
    return undefined
  }

function parseSynced(body: string): z.infer<typeof syncedMessage>['detail'] {
  const parsed = syncedMessage.safeParse(JSON.parse(body))
  if (!parsed.success) throw new InvalidInputError(`reconcile message: ${z.prettifyError(parsed.error)}`)
  return parsed.data.detail
}

/** Every cluster failing is a failed invocation, so that the alarm sees it; some of several is a warning. */
function report(log: TriggerLog, results: readonly ReconcileResult[]): void {
  for (const result of results) {
    if (result.problem === undefined) log.info('reconcile', { ...result })
    else log.warn('cluster not reconciled', { ...result })
  }
  const problems = results.flatMap(result => result.problem ?? [])
  if (results.length > 0 && problems.length === results.length)
    throw new UnavailableError(`no cluster could be reconciled: ${problems.join('; ')}`, { kind: 'server' })
}
