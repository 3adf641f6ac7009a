import { parseManifest } from '../../shared/adapters/registry/manifest.ts'
import { createWriters } from '../../shared/adapters/registry/writers.ts'
import { executeRequest } from '../../shared/sweep/execute/execute-request.ts'
import { parseSweepRequest } from '../../shared/sweep/execute/parse-request.ts'
import { openAwsWorkloads } from '../compose/aws-workloads.ts'
import { openClusters } from '../compose/clusters.ts'
import { openMessages, openNews } from '../compose/messaging.ts'
import { registriesOf } from '../compose/registry-settings.ts'
import { openSecrets } from '../compose/secrets.ts'
import { now, openArchive, openKillSwitch, openLayerArchive, openStore } from '../compose/state.ts'
import { readSettings, requireVariable } from '../runtime/environment.ts'
import { queueHandler } from '../runtime/queue-consumer.ts'

const settings = readSettings()
const secrets = openSecrets()
const connectClusters = openClusters('sweep-execute', settings, secrets, 'executor')
const { rulebook } = registriesOf(settings)
const deps = {
  store: openStore('sweep-execute', settings),
  events: openNews(),
  writerFor: createWriters({ settings, secrets, installation: requireVariable('installation') }).writer,
  archive: openArchive(),
  layers: openLayerArchive(settings),
  parseManifest,
  killSwitch: openKillSwitch(),
  awsWorkloads: openAwsWorkloads(settings),
  rulebook,
  now,
}

/** Triggered by the sweep queue, one repository a message: the only function that can delete, and that restores for policies. */
export const handler = queueHandler('sweep-execute', {
  parse: parseSweepRequest,
  keysOf: ({ cluster, namespace, policy, runId, registry, repository }) => ({
    repository: `${registry}/${repository}`,
    run: `${cluster}/${namespace}/${policy}/${runId}`,
  }),
  handle: async (request, { log, count, getRemainingTimeInMillis }) => {
    const clusters = await connectClusters()
    const sweep = { ...deps, clusters, remainingMs: () => getRemainingTimeInMillis() }
    const { message: detail, ...counts } = await executeRequest(request, sweep)
    count('Deleted', counts.deleted)
    count('DeletesFailed', counts.failed)
    log.info('swept', { request, ...counts, detail })
  },
  messages: openMessages(),
})
