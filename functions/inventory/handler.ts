import { Logger } from '@aws-lambda-powertools/logger'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import pMap from 'p-map'
import { connectAwsWorkloads } from '../../shared/adapters/aws-workloads/connect-aws-workloads.ts'
import { connectClusters } from '../../shared/adapters/cluster/connect-clusters.ts'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import { takeInventory } from '../../shared/inventory/take-inventory.ts'
import { readSettings, requireVariable } from '../../shared/lambda/environment.ts'
import type { WorkloadSource } from '../../shared/ports/workload-source.ts'
import { canonicalHost } from '../../shared/settings.ts'

const log = new Logger({ serviceName: 'inventory' })
const settings = readSettings()
const secrets = createSecretStore(new SecretsManagerClient())
const awsWorkloads = connectAwsWorkloads(settings)
const concurrency = 8
const deps = {
  store: createDynamoStore(new DynamoDBClient(), requireVariable('table')),
  canonicalHost: (host: string) => canonicalHost(settings, host),
  now: () => new Date(),
}

/** Triggered by its schedule: what every cluster and account runs now. A second run at once writes what the first wrote. */
export const handler = async () => {
  const listOne = async (source: WorkloadSource) => {
    const { complete, message: detail, error } = await takeInventory(source, deps)
    if (error) log.error('not listed: nothing is deleted', { cluster: source.name, complete, error })
    else log.info('listed', { cluster: source.name, complete, detail })
  }
  await pMap([...(await connectClusters(settings, secrets)), ...awsWorkloads], listOne, { concurrency })
}
