import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { type FunctionName, type QueueName, queues, schedules } from '../../shared/wiring.ts'
import type { LocalAws } from './aws/endpoint.ts'
import { pollQueue } from './event-source.ts'
import { invocationContext } from './invocation-context.ts'
import { queueFile } from './queue-file.ts'
import { runSchedules } from './schedules.ts'

type Handler = (event: never, context: Context) => Promise<unknown>
type QueueHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | undefined>
type ScheduleHandler = (event: object, context: Context) => Promise<unknown>

/** Every function's handler by its name, imported after the environment is set, as Lambda does. */
export async function importHandlers() {
  const [webhook, sync, reconcile, inventory, sweepPlan, sweepExecute, auditExport, metrics, notify] =
    await Promise.all([
      import('../../functions/webhook/handler.ts'),
      import('../../functions/sync/handler.ts'),
      import('../../functions/reconcile/handler.ts'),
      import('../../functions/inventory/handler.ts'),
      import('../../functions/sweep-plan/handler.ts'),
      import('../../functions/sweep-execute/handler.ts'),
      import('../../functions/audit-export/handler.ts'),
      import('../../functions/metrics/handler.ts'),
      import('../../functions/notify/handler.ts'),
    ])
  return {
    webhook: webhook.handler,
    sync: sync.handler,
    reconcile: reconcile.handler,
    inventory: inventory.handler,
    'sweep-plan': sweepPlan.handler,
    'sweep-execute': sweepExecute.handler,
    'audit-export': auditExport.handler,
    metrics: metrics.handler,
    notify: notify.handler,
  } satisfies Record<FunctionName, Handler>
}

export interface RunningFunctions {
  stop(): Promise<void>
  /** Runs a schedule now, beside its own times. */
  runNow(name: string): Promise<void>
}

export interface RunOptions {
  readonly speed: number
  /** False where the settings name no receiver of notifications: then nothing looks for what there is to tell. */
  readonly notifies: boolean
  readonly onError: (name: string, error: unknown) => void
}

/** Feeds the handlers from the queues and the schedules of the wiring. */
export function runFunctions(
  handlers: Readonly<Record<FunctionName, Handler>>,
  aws: LocalAws,
  { speed, notifies, onError }: RunOptions,
): RunningFunctions {
  let isEnding = false
  const contextOf = (name: FunctionName) => invocationContext(name, () => isEnding)
  const pollers = (Object.keys(queues) as QueueName[]).map(name => {
    const { consumer, batchSize, maxConcurrency, visibilityTimeoutSeconds } = queues[name]
    return pollQueue({
      aws,
      queueName: queueFile(name),
      batchSize,
      concurrency: maxConcurrency,
      visibilityTimeoutMs: visibilityTimeoutSeconds * 1000,
      invoke: event => (handlers[consumer] as QueueHandler)(event, contextOf(consumer)),
      onError: error => onError(consumer, error),
    })
  })
  const running = runSchedules({
    schedules: Object.entries(schedules)
      .filter(([, { consumer }]) => notifies || consumer !== 'notify')
      .map(([name, { everyMinutes }]) => ({ name, everyMs: everyMinutes * 60_000 })),
    speed,
    invoke: async name => {
      const consumer = schedules[name]?.consumer
      if (consumer) await (handlers[consumer] as ScheduleHandler)({}, contextOf(consumer))
    },
    onError,
  })
  return {
    stop: async () => {
      isEnding = true
      await Promise.all([running.stop(), ...pollers.map(poller => poller.stop())])
    },
    runNow: name => running.runNow(name),
  }
}
