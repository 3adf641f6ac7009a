import { correlated } from '../../shared/ports/messaging.ts'
import { parseSyncMessage } from '../../shared/sync/parse-message.ts'
import { runTask } from '../../shared/sync/run-task.ts'
import { openEvents, openRetry } from '../compose/messaging.ts'
import { openRegistries } from '../compose/registries.ts'
import { openSecrets } from '../compose/secrets.ts'
import { now, openStore } from '../compose/state.ts'
import { readSettings } from '../runtime/environment.ts'
import { queueHandler } from '../runtime/queue-consumer.ts'

const events = openEvents()
const store = openStore('sync')
const deps = { store, readerFor: openRegistries(readSettings(), openSecrets(), store).reader, now }

/** Triggered by the sync queue: hints of the bus and requests of reconcile, each perhaps delivered before. */
export const handler = queueHandler('sync', {
  parse: parseSyncMessage,
  keysOf: task => {
    const { registry, repository } = task.kind === 'hint' ? task.hint : task.request
    return { repository: `${registry}/${repository}`, correlation_id: task.correlationId }
  },
  handle: async (task, { log, getRemainingTimeInMillis }) => {
    const { outcome, message: detail } = await runTask(task, {
      ...deps,
      events: correlated(events, task.correlationId),
      remainingMs: () => getRemainingTimeInMillis(),
    })
    log.info(outcome, { task, detail })
  },
  retry: openRetry(),
})
