import { Logger } from '@aws-lambda-powertools/logger'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SQSClient } from '@aws-sdk/client-sqs'
import { connectClusters } from '../../shared/adapters/cluster/connect-clusters.ts'
import { createSyncQueue } from '../../shared/adapters/events/work-queues.ts'
import { createRegistries } from '../../shared/adapters/registry/registries.ts'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import { readSettings, requireVariable } from '../../shared/lambda/environment.ts'
import { retrySoon } from '../../shared/lambda/retry-soon.ts'
import { canonicalHost, workloadSourcesOf } from '../../shared/settings.ts'
import { reconcileTrigger } from './trigger.ts'

const settings = readSettings()
const queues = new SQSClient()
const secrets = createSecretStore(new SecretsManagerClient())

/** Triggered by its schedule for everything, and by the reconcile queue for the repositories that were just synced. */
export const handler = reconcileTrigger(
  new Logger({ serviceName: 'reconcile' }),
  async () => ({
    store: createDynamoStore(new DynamoDBClient(), requireVariable('table')),
    syncQueue: createSyncQueue(queues, requireVariable('syncQueue')),
    secrets,
    clusterList: await connectClusters(settings, secrets),
    clusters: workloadSourcesOf(settings),
    canonicalHost: (host: string) => canonicalHost(settings, host),
    readerFor: createRegistries({ settings, secrets }).reader,
    now: () => new Date(),
  }),
  retrySoon(queues),
)
