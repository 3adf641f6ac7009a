import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { runningValue } from '../../shared/adapters/kill-switch/ssm-kill-switch.ts'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import type { Grants } from '../../shared/domain/grants/grant.ts'
import type { WebhookReceiver } from '../../shared/domain/notifications/receiver.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import type { SettingsInput, WorkloadKindSettings } from '../../shared/settings.ts'
import { killSwitchParameter } from '../../shared/wiring.ts'

/** Names under which the embedded installation keeps its secrets. */
const kubeconfigSecret = 'shelflife/cluster/local'
const webhookSecret = 'shelflife/webhook/local'
const metricsSecret = 'shelflife/metrics/local'

/** A receiver, and the URL of its webhook, which is kept under the id that the receiver names. */
export interface LocalReceiver {
  readonly receiver: WebhookReceiver
  readonly url: string
}

export interface LocalSettings {
  readonly registryUrl: string
  /** The name by which workloads know the registry; its loopback address is the same registry. */
  readonly registryHost: string
  /** What the registry may hold, in bytes; absent: policies with `storageThresholdPercent` start nothing. */
  readonly capacityBytes?: number
  /** Other names by which workloads mean the registry. */
  readonly aliases?: readonly string[]
  /** Hosts by which they do not. */
  readonly notAliases?: readonly string[]
  /** Kinds of the cluster that count as use beside the known ones. */
  readonly workloads?: readonly WorkloadKindSettings[]
  readonly grants: Grants
  readonly limits: SettingsInput['limits']
  readonly notifications?: readonly LocalReceiver[]
  readonly kubeconfig: string
  readonly settingsFile: string
  /** Holds the webhook's secret, for setting up a registry's notifications; one that is there already is used. */
  readonly webhookSecretFile: string
  /** The same for whoever scrapes the metrics. */
  readonly metricsSecretFile: string
}

/** Writes the settings and the secrets they name; answers the webhook's secret, which stays the same from start to start. */
export async function writeLocalSettings(local: LocalSettings): Promise<string> {
  const { port, hostname } = new URL(local.registryUrl)
  const settings: SettingsInput = {
    // A change of an object begins a run at once here.
    clusters: [{ name: 'local', kubeconfigSecret, workloads: [...(local.workloads ?? [])], watchSeconds: 0 }],
    registries: [
      {
        host: local.registryHost,
        endpoint: local.registryUrl,
        grants: local.grants,
        ...(local.capacityBytes !== undefined && { capacityBytes: local.capacityBytes }),
        aliases: [...(hostname === '127.0.0.1' ? [`localhost:${port}`] : []), ...(local.aliases ?? [])],
        notAliases: [...(local.notAliases ?? [])],
      },
    ],
    limits: local.limits,
    metrics: { secret: metricsSecret },
    notifications: (local.notifications ?? []).map(({ receiver }) => receiver),
    webhooks: [
      { provider: 'distribution', registry: local.registryHost, secret: webhookSecret },
      { provider: 'harbor', registry: local.registryHost, secret: webhookSecret },
    ],
  }
  writeFileSync(local.settingsFile, JSON.stringify(settings, undefined, 2))
  const secrets = createSecretStore(new SecretsManagerClient())
  await secrets.putSecret(kubeconfigSecret, local.kubeconfig)
  for (const { receiver, url } of local.notifications ?? []) await secrets.putSecret(receiver.secret, url)
  await keepSecret(metricsSecret, local.metricsSecretFile, secrets)
  return keepSecret(webhookSecret, local.webhookSecretFile, secrets)
}

/** One that is there already stays as it is. */
async function keepSecret(id: string, file: string, secrets: SecretStore): Promise<string> {
  const secret = readSecretFile(file) ?? (await secrets.findSecret(id)) ?? randomBytes(24).toString('hex')
  writeFileSync(file, `${secret}\n`, { mode: 0o600 })
  await secrets.putSecret(id, secret)
  return secret
}

/** An empty file is as good as none: an empty secret would let everybody in. */
const readSecretFile = (file: string): string | undefined =>
  (existsSync(file) && readFileSync(file, 'utf8').trim()) || undefined

/** Lets sweeps run unless they were paused before. */
export async function ensureKillSwitch(): Promise<void> {
  const parameter = { Name: killSwitchParameter, Value: runningValue, Type: 'String' as const, Overwrite: false }
  await new SSMClient().send(new PutParameterCommand(parameter)).catch(error => {
    if (!(error instanceof Error && error.name === 'ParameterAlreadyExists')) throw error
  })
}
