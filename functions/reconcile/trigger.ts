import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { correlationId } from '../../shared/domain/correlation.ts'
import { parseMessage } from '../../shared/domain/parse-message.ts'
import { digest } from '../../shared/domain/records/parts.ts'
import { ImageInDangerError, UnavailableError } from '../../shared/errors.ts'
import {
  type ReconcileDeps,
  type ReconcileResult,
  reconcileAll,
  reconcileRepository,
} from '../../shared/reconcile/reconcile.ts'
import { registryDeletesMessage } from '../../shared/wiring.ts'
import type { Invocation } from '../runtime/lambda-handler.ts'
import { consumeBatch } from '../runtime/queue-consumer.ts'
import type { QueueMessages } from '../runtime/queue-messages.ts'

const syncedMessage = z.object({
  'detail-type': z.literal('RepositorySynced'),
  detail: z.object({
    registry: z.string(),
    repository: z.string(),
    correlationId,
    pushed: z.object({ tag: z.string().exactOptional(), digests: z.array(digest).readonly() }).exactOptional(),
  }),
})

/** A batch of the queue is told from the schedule's event by its records. */
export const reconcileTrigger =
  (
    connect: () => Promise<ReconcileDeps>,
    migrate: (log: Invocation['log']) => Promise<void>,
    messages: QueueMessages,
  ) =>
  async (event: Partial<SQSEvent>, invocation: Invocation): Promise<SQSBatchResponse | undefined> => {
    const deps = await connect()
    const { Records } = event
    if (Records === undefined) {
      await migrate(invocation.log)
      const remainingMs = () => invocation.getRemainingTimeInMillis()
      return void report(invocation, await reconcileAll({ ...deps, remainingMs, onDanger: ringIn(invocation) }))
    }
    return consumeBatch({ Records }, invocation, {
      parse: body => parseMessage('reconcile message', syncedMessage, body).detail,
      keysOf: ({ registry, repository, correlationId }) => ({
        repository: `${registry}/${repository}`,
        correlation_id: correlationId,
      }),
      handle: async (synced, message) =>
        report(message, await reconcileRepository(synced, { ...deps, onDanger: ringIn(message) })),
      messages,
    })
  }

/** One line each, which the alarm `reconcile-in-danger` counts. */
const ringIn =
  ({ log }: Pick<Invocation, 'log'>): NonNullable<ReconcileDeps['onDanger']> =>
  ({ cluster, message }) =>
    log.error('an image that runs cannot be pulled', { cluster, error: new ImageInDangerError(message) })

/** As many fit into a line of the log. */
const shownImages = 50

/** Every cluster failing is a failed invocation, so that the alarm sees it; some of several is a warning. */
function report({ log }: Invocation, results: readonly ReconcileResult[]): void {
  for (const { inDanger = [], ...result } of results) {
    if (inDanger.length > 0)
      log.warn(registryDeletesMessage, {
        cluster: result.cluster,
        images: inDanger.slice(0, shownImages),
        count: inDanger.length,
      })
    if (result.problem !== undefined) log.warn('cluster not reconciled', { ...result })
    else if (result.secretProblems !== undefined) log.warn('RegistrySecrets not reconciled', { ...result })
    else log.info('reconcile', { ...result })
  }
  const problems = results.flatMap(result => result.problem ?? [])
  if (results.length > 0 && problems.length === results.length)
    throw new UnavailableError(`no cluster could be reconciled: ${problems.join('; ')}`, { kind: 'server' })
}
