import { workloadSourcesOf } from '../../shared/settings.ts'
import { openQueueGauges } from '../compose/queue-gauges.ts'
import { openSecrets } from '../compose/secrets.ts'
import { now, openKillSwitch, openMetrics, openStore } from '../compose/state.ts'
import { readSettings } from '../runtime/environment.ts'
import { httpHandler } from '../runtime/http-handler.ts'
import { createMetricsServer } from './serve-metrics.ts'

const settings = readSettings()
const serve = createMetricsServer({
  metrics: openMetrics('metrics'),
  store: openStore('metrics'),
  killSwitch: openKillSwitch(),
  queues: openQueueGauges(now),
  secrets: openSecrets(),
  secretId: settings.metrics?.secret,
  clusters: settings.clusters.map(({ name }) => name),
  sources: workloadSourcesOf(settings),
  now,
})

/** Triggered by whatever way in the installation has: a scrape of Prometheus. It changes nothing. */
export const handler = httpHandler('metrics', async (request, { log }) => {
  const answer = await serve(request)
  log.info('metrics', { method: request.method, statusCode: answer.statusCode })
  return answer
})
