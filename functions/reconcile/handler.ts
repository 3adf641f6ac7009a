import packageJson from '../../package.json' with { type: 'json' }
import { Leading } from '../../shared/reconcile/leading.ts'
import type { ObjectMirror } from '../../shared/reconcile/object-mirror.ts'
import { RecentInventories } from '../../shared/reconcile/shared-reads.ts'
import { migrateTable } from '../../shared/records/migrate.ts'
import { workloadSourcesOf } from '../../shared/settings.ts'
import { openClusters } from '../compose/clusters.ts'
import { openMessages, openSyncQueue } from '../compose/messaging.ts'
import { openRegistries } from '../compose/registries.ts'
import { registriesOf } from '../compose/registry-settings.ts'
import { openSealer } from '../compose/sealing.ts'
import { openSecrets } from '../compose/secrets.ts'
import { now, openMetrics, openStore } from '../compose/state.ts'
import { madeBy, ownNames, processName, readSettings } from '../runtime/environment.ts'
import { lambdaHandler } from '../runtime/lambda-handler.ts'
import { reconcileTrigger } from './trigger.ts'

const settings = readSettings()
const secrets = openSecrets()
const sealer = openSealer()
const connectClusters = openClusters('reconcile', settings, secrets)
const store = openStore('reconcile', settings)
const { rulebook } = registriesOf(settings)
const deps = {
  store,
  syncQueue: openSyncQueue(),
  secrets,
  sealer,
  clusters: workloadSourcesOf(settings),
  rulebook,
  readerFor: openRegistries(settings, { secrets, sealer }, store).reader,
  now,
  pullSecretPrefix: ownNames().pullSecretPrefix,
  metrics: openMetrics('reconcile'),
  mirrors: new Map<string, ObjectMirror>(),
  leading: new Leading(processName()),
  madeBy: madeBy(packageJson.version, settings),
  recentInventories: new RecentInventories(),
  watchSeconds: new Map(settings.clusters.map(({ name, watchSeconds }) => [name, watchSeconds])),
}

/** Triggered by its schedule for everything, and by the reconcile queue for the repositories that were just synced. */
export const handler = lambdaHandler(
  'reconcile',
  reconcileTrigger(
    async () => ({ ...deps, clusterList: await connectClusters() }),
    log => migrateTable({ store, secrets, release: packageJson.version, now, log }),
    openMessages(),
  ),
)
