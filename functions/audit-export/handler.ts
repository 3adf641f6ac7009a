import { exportChanges } from '../../shared/audit-export/export-changes.ts'
import { openEvents } from '../compose/messaging.ts'
import { now, openStore } from '../compose/state.ts'
import { lambdaHandler } from '../runtime/lambda-handler.ts'

const deps = { store: openStore('audit-export'), events: openEvents(), now }

/** Triggered by its schedule: publishes what was recorded since. A run beside another or after a killed one repeats events. */
export const handler = lambdaHandler('audit-export', async (_event, { log }) => {
  const result = await exportChanges(deps)
  // Most runs find nothing.
  log[result.published > 0 ? 'info' : 'debug']('exported', { ...result })
})
