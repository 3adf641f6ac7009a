import { planPolicies } from '../../shared/sweep/plan/plan-policies.ts'
import { ClusterLists } from '../../shared/sweep/world/cluster-lists.ts'
import { openClusters } from '../compose/clusters.ts'
import { openNews, openSweepQueue } from '../compose/messaging.ts'
import { registriesOf } from '../compose/registry-settings.ts'
import { openSecrets } from '../compose/secrets.ts'
import { now, openKillSwitch, openStore } from '../compose/state.ts'
import { readSettings } from '../runtime/environment.ts'
import { lambdaHandler } from '../runtime/lambda-handler.ts'

const settings = readSettings()
const connectClusters = openClusters('sweep-plan', settings, openSecrets())
const { rulebook, capacityOf } = registriesOf(settings)
const deps = {
  store: openStore('sweep-plan', settings),
  events: openNews(),
  sweepQueue: openSweepQueue(),
  killSwitch: openKillSwitch(),
  capacityOf,
  restoredAt: settings.restoredAt,
  now,
}

/** Triggered by its schedule: plans the policies that are due. It holds no right to delete anything. */
export const handler = lambdaHandler('sweep-plan', async (_event, { log, getRemainingTimeInMillis }) => {
  const lists = new ClusterLists(await connectClusters(), rulebook, settings.awsWorkloads)
  await planPolicies(lists, { ...deps, remainingMs: getRemainingTimeInMillis }, log)
})
