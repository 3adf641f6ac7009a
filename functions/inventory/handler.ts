import pMap from 'p-map'
import { takeInventories } from '../../shared/inventory/take-inventory.ts'
import { meterCluster } from '../../shared/metrics/meter-cluster.ts'
import { openAwsWorkloads } from '../compose/aws-workloads.ts'
import { openClusters } from '../compose/clusters.ts'
import { openNews } from '../compose/messaging.ts'
import { registriesOf } from '../compose/registry-settings.ts'
import { openSecrets } from '../compose/secrets.ts'
import { now, openMetrics, openStore } from '../compose/state.ts'
import { readSettings } from '../runtime/environment.ts'
import { lambdaHandler } from '../runtime/lambda-handler.ts'
import { logListed, logUnmetered } from './log-listed.ts'

const settings = readSettings()
const awsWorkloads = openAwsWorkloads(settings)
const connectClusters = openClusters('inventory', settings, openSecrets())
const { rulebook } = registriesOf(settings)
const store = openStore('inventory', settings)
const deps = { ...rulebook, store, events: openNews(), now, asksForRights: true }
const metered = { metrics: openMetrics('inventory'), known: new Map(), now }
const concurrency = 8

/** Triggered by its schedule: what every cluster and account runs now. A second run at once writes what the first wrote. */
export const handler = lambdaHandler('inventory', async (_event, invocation) => {
  const sources = [...(await connectClusters()), ...awsWorkloads]
  await pMap(sources, async source => logListed(await takeInventories(source, deps), invocation), { concurrency })
  // After all of that: what runs decides what is deleted, and this decides nothing.
  const meter = async (source: (typeof sources)[number]) =>
    logUnmetered(source, await meterCluster(source, metered), invocation)
  await pMap(sources, meter, { concurrency })
})
