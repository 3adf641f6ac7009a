import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SQSClient } from '@aws-sdk/client-sqs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { createArchiveClient, createManifestArchive } from '../shared/adapters/archive/s3-archive.ts'
import { connectAwsWorkloads } from '../shared/adapters/aws-workloads/connect-aws-workloads.ts'
import { connectClusters } from '../shared/adapters/cluster/connect-clusters.ts'
import { createEventPublisher } from '../shared/adapters/events/event-publisher.ts'
import { createSweepQueue, createSyncQueue } from '../shared/adapters/events/work-queues.ts'
import { createKillSwitch } from '../shared/adapters/kill-switch/ssm-kill-switch.ts'
import { createRegistries } from '../shared/adapters/registry/registries.ts'
import { createSecretStore } from '../shared/adapters/secrets/secrets-manager.ts'
import { createDynamoStore } from '../shared/adapters/store/dynamo-store.ts'
import type { SecretStore } from '../shared/ports/platform.ts'
import { canonicalHost, registrySettingsOf, type Settings } from '../shared/settings.ts'
import { requireVariable } from './runtime/environment.ts'
import { retrySoon } from './runtime/retry-soon.ts'

/**
 * The adapters of all functions, each with its client and what the wiring puts into the environment. A function calls, as
 * it starts, for those it needs; a bundle holds those alone, since everything here is a function and nothing in it has
 * side effects (`sideEffects` in package.json). What can delete in a registry is not here: sweep-execute alone names it.
 */

export const openStore = () => createDynamoStore(new DynamoDBClient(), requireVariable('table'))

export const openSecrets = () => createSecretStore(new SecretsManagerClient())

export const openEvents = () => createEventPublisher(new EventBridgeClient(), requireVariable('bus'))

export const openSyncQueue = () => createSyncQueue(new SQSClient(), requireVariable('syncQueue'))

export const openSweepQueue = () => createSweepQueue(new SQSClient(), requireVariable('sweepQueue'))

export const openKillSwitch = () => createKillSwitch(new SSMClient(), requireVariable('killSwitch'))

export const openArchive = () => createManifestArchive(createArchiveClient(), requireVariable('archive'))

/** Makes the messages that a queue's consumer gives back visible again soon. */
export const openRetry = () => retrySoon(new SQSClient())

export const openRegistries = (settings: Settings, secrets: SecretStore) => createRegistries({ settings, secrets })

/** The clusters are asked for in each invocation: their kubeconfigs are secrets, which change. */
export const openClusters = (settings: Settings, secrets: SecretStore, user?: 'reader' | 'executor') => () =>
  connectClusters(settings, secrets, user)

export const openAwsWorkloads = (settings: Settings) => connectAwsWorkloads(settings)

/** What the settings know of registries, by any spelling of their hosts. */
export const registriesOf = (settings: Settings) => ({
  canonicalHost: (host: string) => canonicalHost(settings, host),
  capacityOf: (registry: string) => registrySettingsOf(settings, registry)?.capacityBytes,
})

export const now = (): Date => new Date()
