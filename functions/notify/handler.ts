import { randomUUID } from 'node:crypto'
import { withoutDrained } from '../../shared/settings.ts'
import { openMessenger, openTold } from '../compose/notifications.ts'
import { openSecrets } from '../compose/secrets.ts'
import { now, openKillSwitch, openMetrics, openStore } from '../compose/state.ts'
import { readSettings } from '../runtime/environment.ts'
import { lambdaHandler } from '../runtime/lambda-handler.ts'
import { notify } from './notify.ts'

const settings = readSettings()
const deps = {
  clusters: withoutDrained(settings).clusters.map(({ name }) => name),
  receivers: settings.notifications,
  store: openStore('notify', settings),
  metrics: openMetrics('notify'),
  told: openTold(),
  messenger: openMessenger(openSecrets()),
  killSwitch: openKillSwitch(),
  now,
  newId: randomUUID,
}

/**
 * Triggered by its schedule, once an hour. A run beside another, or after a killed one, tells what the other did not
 * note as told. Events would tell sooner, and cost a queue, its polling and a message for each mark.
 */
export const handler = lambdaHandler('notify', (_event, { log }) => notify(deps, log))
