import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import pMap from 'p-map'
import { runningValue } from '../../shared/adapters/kill-switch/ssm-kill-switch.ts'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import type { Grants } from '../../shared/domain/grants/grant.ts'
import type { WebhookReceiver } from '../../shared/domain/notifications/receiver.ts'
import type { WorkloadKindSettings } from '../../shared/settings/clusters.ts'
import type { SettingsInput } from '../../shared/settings.ts'
import { killSwitchParameter } from '../../shared/wiring.ts'
import { keepCredentials, type LocalRegistry, localRegistrySettings } from './local-registry.ts'
import { findOwnerOfFirst, keepSecret, newSecret, registrySecret, webhookSecretOf } from './local-secrets.ts'
import { type GoogleAccount, localWebhooks } from './local-webhooks.ts'

/** Names under which the embedded installation keeps its secrets. */
const kubeconfigSecret = 'shelflife/cluster/local'
const metricsSecret = 'shelflife/metrics/local'

/** A receiver, and the URL of its webhook, which is kept under the id that the receiver names. */
export interface LocalReceiver {
  readonly receiver: WebhookReceiver
  readonly url: string
}

export interface LocalSettings {
  readonly registries: readonly LocalRegistry[]
  /** The first of them is the one of this process, which presents a secret of its own. */
  readonly isOwn?: boolean
  /** Whose tokens of Google count. */
  readonly google?: GoogleAccount
  /** Kinds of the cluster that count as use beside the known ones. */
  readonly workloads?: readonly WorkloadKindSettings[]
  readonly grants: Grants
  readonly limits: SettingsInput['limits']
  readonly notifications?: readonly LocalReceiver[]
  readonly kubeconfig: string
  readonly settingsFile: string
  /** Holds the webhooks' secrets, for setting up a registry's notifications; those that are there already are used. */
  readonly dataDir: string
  /** Holds the secret of whoever scrapes the metrics, in the same way. */
  readonly metricsSecretFile: string
}

/** The secrets of webhooks: that of the first registry, which stays the same from start to start, and that of the own one. */
interface LocalSecrets {
  readonly webhook: string
  readonly ownRegistry: string
}

/** Writes the settings and the secrets they name. */
export async function writeLocalSettings(local: LocalSettings): Promise<LocalSecrets> {
  const { isOwn = false, google } = local
  const owner = findOwnerOfFirst(local.settingsFile) ?? local.registries[0]?.host ?? ''
  const webhooks = local.registries.map(({ host }) => ({ registry: host, ...webhookSecretOf(host, owner) }))
  const settings: SettingsInput = {
    // A change of an object begins a run at once here.
    clusters: [{ name: 'local', kubeconfigSecret, workloads: [...(local.workloads ?? [])], watchSeconds: 0 }],
    registries: local.registries.map(registry => localRegistrySettings(registry, local.grants)),
    limits: local.limits,
    metrics: { secret: metricsSecret },
    notifications: (local.notifications ?? []).map(({ receiver }) => receiver),
    webhooks: webhooks.flatMap(({ registry, secret }) => localWebhooks({ registry, secret, isOwn, google })),
  }
  writeFileSync(local.settingsFile, JSON.stringify(settings, undefined, 2))
  const secrets = createSecretStore(new SecretsManagerClient())
  await secrets.putSecret(kubeconfigSecret, local.kubeconfig)
  await keepCredentials(local.registries, secrets)
  for (const { receiver, url } of local.notifications ?? []) await secrets.putSecret(receiver.secret, url)
  await keepSecret(metricsSecret, local.metricsSecretFile, secrets)
  const ownRegistry = newSecret()
  if (isOwn) await secrets.putSecret(registrySecret, ownRegistry)
  const keep = ({ secret, file }: (typeof webhooks)[number]) => keepSecret(secret, join(local.dataDir, file), secrets)
  const [webhook = ''] = await pMap(webhooks, keep, { concurrency: 1 })
  return { webhook, ownRegistry }
}

/** Lets sweeps run unless they were paused before. */
export async function ensureKillSwitch(): Promise<void> {
  const parameter = { Name: killSwitchParameter, Value: runningValue, Type: 'String' as const, Overwrite: false }
  await new SSMClient().send(new PutParameterCommand(parameter)).catch(error => {
    if (!(error instanceof Error && error.name === 'ParameterAlreadyExists')) throw error
  })
}
