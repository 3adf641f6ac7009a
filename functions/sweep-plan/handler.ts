import { Logger } from '@aws-lambda-powertools/logger'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SQSClient } from '@aws-sdk/client-sqs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { connectClusters } from '../../shared/adapters/cluster/connect-clusters.ts'
import { createEventPublisher } from '../../shared/adapters/events/event-publisher.ts'
import { createSweepQueue } from '../../shared/adapters/events/work-queues.ts'
import { createKillSwitch } from '../../shared/adapters/kill-switch/ssm-kill-switch.ts'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import { readSettings, requireVariable } from '../../shared/lambda/environment.ts'
import { canonicalHost, registrySettingsOf } from '../../shared/settings.ts'
import { planPolicies } from '../../shared/sweep/plan/plan-policies.ts'
import { ClusterLists } from '../../shared/sweep/world/cluster-lists.ts'

const log = new Logger({ serviceName: 'sweep-plan' })
const settings = readSettings()
const secrets = createSecretStore(new SecretsManagerClient())
const deps = {
  store: createDynamoStore(new DynamoDBClient(), requireVariable('table')),
  events: createEventPublisher(new EventBridgeClient(), requireVariable('bus')),
  sweepQueue: createSweepQueue(new SQSClient(), requireVariable('sweepQueue')),
  killSwitch: createKillSwitch(new SSMClient(), requireVariable('killSwitch')),
  capacityOf: (registry: string) => registrySettingsOf(settings, registry)?.capacityBytes,
  now: () => new Date(),
}

/** Triggered by its schedule: plans the policies that are due. It holds no right to delete anything. */
export const handler = async () => {
  const clusters = await connectClusters(settings, secrets)
  const lists = new ClusterLists(clusters, host => canonicalHost(settings, host), settings.awsWorkloads)
  await planPolicies(lists, deps, log)
}
