import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SSMClient } from '@aws-sdk/client-ssm'
import { createManifestArchive } from '../../shared/adapters/archive/s3-archive.ts'
import { createLayerArchive } from '../../shared/adapters/archive/s3-layers.ts'
import { connectClusters } from '../../shared/adapters/cluster/connect-clusters.ts'
import { createKillSwitch } from '../../shared/adapters/kill-switch/ssm-kill-switch.ts'
import { createKillSwitchControl } from '../../shared/adapters/kill-switch/ssm-kill-switch-control.ts'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import { createMetricsStore } from '../../shared/adapters/store/metrics-store.ts'
import type { InstallationId } from '../../shared/installation-names.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { DeadLetters } from '../../shared/ports/dead-letters.ts'
import type { LayerArchive } from '../../shared/ports/layer-archive.ts'
import type { MetricsStore } from '../../shared/ports/metrics-store.ts'
import type { KillSwitch, KillSwitchControl, ManifestArchive, SecretStore } from '../../shared/ports/platform.ts'
import type { Store } from '../../shared/ports/store.ts'
import { withoutUseOf } from '../../shared/records/drained-clusters.ts'
import { leftOutOf, type Rulebook, rulebookOf, type Settings, withoutDrained } from '../../shared/settings.ts'
import type { QueueName } from '../../shared/wiring.ts'
import type { AwsAddress, DeployedTarget } from './aws-address.ts'
import { type Deployed, type LocalAddress, readLocalAddress } from './local-address.ts'

/** Which installation a command is about: the one that runs on this machine, or the one that is deployed. */
export interface InstallationTarget extends DeployedTarget {
  /** Data folder of `shelflife start`. */
  readonly data: string
  /** The deployed installation of the account and region that the AWS environment names. */
  readonly aws?: boolean
}

/** A running installation as commands see it: its state, its clusters, its archive and its kill switch. */
export interface Installation {
  readonly settings: Settings
  readonly store: Store
  /** What is counted and measured, to be shown. */
  readonly metrics: Pick<MetricsStore, 'findMeters' | 'findGauges' | 'listHeldDays'>
  readonly secrets: SecretStore
  readonly archive: ManifestArchive
  readonly layers: LayerArchive
  readonly killSwitch: KillSwitch
  /** To pause and resume; what it does is a person's own right. */
  readonly killSwitchControl: KillSwitchControl
  /** Name of the SSM parameter that the switch is. */
  readonly killSwitchParameter: string
  /** What the settings say of registries, and of who may do what there. */
  readonly rulebook: Rulebook
  /** With the rights of reading, or those of the executor: the person's own right to the secret decides. */
  readonly connectClusters: (user?: 'reader' | 'executor') => Promise<Cluster[]>
  /** The address of the webhooks, without their paths and without a slash at its end. */
  readonly findWebhookUrl: () => Promise<string>
  /** The dead letters of each queue of work. */
  readonly findDeadLetters: () => Promise<Readonly<Record<QueueName, DeadLetters>>>
  /** Notes the texts of secrets of webhooks, by their ids, where this installation keeps copies for its people. */
  readonly keepWebhookSecrets: (texts: ReadonlyMap<string, string>) => void
  /** What is deployed on AWS; absent of one on this machine. */
  readonly deployed?: Deployed | undefined
  /** Who is asking, for the audit trail: `person alice`. */
  readonly findActor: () => Promise<string>
  /** By which id clusters know it. */
  readonly findId: () => Promise<InstallationId>
  close(): void
}

/** @throws InvalidInputError where there is no such installation; UnavailableError where it does not answer */
export async function connectInstallation(target: InstallationTarget): Promise<Installation> {
  const address =
    target.aws === true
      ? await (await import('./aws-address.ts')).findAwsAddress(target)
      : await readLocalAddress(target.data)
  const { settings } = address
  const rulebook = rulebookOf(settings)
  const clients = createClients(address)
  const secrets = createSecretStore(clients.secrets)
  return {
    settings,
    store: withoutUseOf(leftOutOf(settings), createDynamoStore(clients.dynamodb, address.table)),
    metrics: createMetricsStore(clients.dynamodb, address.table),
    secrets,
    archive: createManifestArchive(clients.s3, address.archive),
    layers: createLayerArchive(clients.s3, address.archive, { days: settings.layerArchiveDays, now: () => new Date() }),
    killSwitch: createKillSwitch(clients.ssm, address.killSwitch),
    killSwitchControl: createKillSwitchControl(clients.ssm, address.killSwitch),
    killSwitchParameter: address.killSwitch,
    rulebook,
    connectClusters: user => connectClusters(withoutDrained(settings), secrets, user),
    findWebhookUrl: address.findWebhookUrl,
    findDeadLetters: async () => (await import('./open-dead-letters.ts')).openDeadLetters(address),
    keepWebhookSecrets: address.keepWebhookSecrets,
    findActor: address.findActor,
    findId: address.findId,
    ...(address.deployed && { deployed: address.deployed }),
    close: () => {
      for (const client of Object.values(clients)) client.destroy()
    },
  }
}

const createClients = ({ dynamodb, others }: LocalAddress | AwsAddress) => ({
  dynamodb: new DynamoDBClient(dynamodb),
  s3: new S3Client({ ...others, forcePathStyle: true }),
  secrets: new SecretsManagerClient(others),
  ssm: new SSMClient(others),
})
