import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import pMap from 'p-map'
import { runningValue } from '../../shared/adapters/kill-switch/ssm-kill-switch.ts'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import type { Grants } from '../../shared/domain/grants/grant.ts'
import type { WebhookReceiver } from '../../shared/domain/notifications/receiver.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import type { SettingsInput, WorkloadKindSettings } from '../../shared/settings.ts'
import { killSwitchParameter } from '../../shared/wiring.ts'
import { keepCredentials, type LocalRegistry, localRegistrySettings } from './local-registry.ts'

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
  readonly registries: readonly LocalRegistry[]
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

/** Writes the settings and the secrets they name; answers the webhook secret of the first registry, which stays the same from start to start. */
export async function writeLocalSettings(local: LocalSettings): Promise<string> {
  const webhooks = local.registries.map(({ host }, at) => webhookOf(host, at, local.webhookSecretFile))
  const settings: SettingsInput = {
    // A change of an object begins a run at once here.
    clusters: [{ name: 'local', kubeconfigSecret, workloads: [...(local.workloads ?? [])], watchSeconds: 0 }],
    registries: local.registries.map(registry => localRegistrySettings(registry, local.grants)),
    limits: local.limits,
    metrics: { secret: metricsSecret },
    notifications: (local.notifications ?? []).map(({ receiver }) => receiver),
    webhooks: webhooks.flatMap(({ registry, secret }) => [
      { provider: 'distribution', registry, secret },
      { provider: 'harbor', registry, secret },
    ]),
  }
  writeFileSync(local.settingsFile, JSON.stringify(settings, undefined, 2))
  const secrets = createSecretStore(new SecretsManagerClient())
  await secrets.putSecret(kubeconfigSecret, local.kubeconfig)
  await keepCredentials(local.registries, secrets)
  for (const { receiver, url } of local.notifications ?? []) await secrets.putSecret(receiver.secret, url)
  await keepSecret(metricsSecret, local.metricsSecretFile, secrets)
  const [first = ''] = await pMap(webhooks, ({ secret, file }) => keepSecret(secret, file, secrets), { concurrency: 1 })
  return first
}

/** Each registry has a secret of its own, which tells who speaks; that of the first has the name that it always had. */
const webhookOf = (host: string, at: number, file: string) => {
  const name = host.replace(':', '-')
  return at === 0
    ? { registry: host, secret: webhookSecret, file }
    : { registry: host, secret: `shelflife/webhook/${name}`, file: `${file}-${name}` }
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
