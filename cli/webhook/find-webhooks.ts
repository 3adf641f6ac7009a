import {
  hasNoSecret,
  hasSecretInAddress,
  type WebhookProviderName,
  webhookPath,
  webhookProviders,
} from '../../shared/domain/webhook-provider.ts'
import { addressSecretRule, canBeInAddress, liveSecrets } from '../../shared/domain/webhook-secret.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { Settings, WebhookSettings } from '../../shared/settings.ts'
import type { Installation } from '../connect/installation.ts'
import { nearestOf } from '../connect/nearest.ts'
import { registrySecret } from '../embedded/local-secrets.ts'

/** Which webhooks a command is about. */
export interface AskedWebhooks {
  /** As people spell it. */
  readonly host: string
  readonly sender?: string
  /** With that of the registry within, which is nobody's to set up. */
  readonly withOwn?: boolean
}

export interface FoundWebhooks {
  readonly registry: string
  readonly webhooks: readonly WebhookSettings[]
  /** Senders that the settings have for this registry beside those. */
  readonly others: readonly WebhookProviderName[]
}

/**
 * Those of the settings for a registry: of the sender that was asked for, else of the one that its provider is, else all.
 * @throws InvalidInputError where there is none
 */
export function findWebhooks(
  { host, sender, withOwn = false }: AskedWebhooks,
  { settings, rulebook }: Pick<Installation, 'settings' | 'rulebook'>,
): FoundWebhooks {
  const registry = rulebook.canonicalHost(host)
  const own = settings.webhooks.filter(
    webhook => webhook.registry === registry && (withOwn || webhook.secret !== registrySecret),
  )
  if (own.length === 0) throw noneFor(registry, settings)
  const wanted = sender ?? (own.length > 2 ? usualSender(rulebook.providerOf(registry)) : undefined)
  const fitting = wanted === undefined ? own : own.filter(({ provider }) => provider === wanted)
  if (sender !== undefined && fitting.length === 0)
    throw new InvalidInputError(`--sender: expected one of ${senders(own).join(', ')} for ${registry}, got ${sender}`)
  const webhooks = fitting.length > 0 ? fitting : own
  return { registry, webhooks, others: senders(own).filter(name => !webhooks.some(one => one.provider === name)) }
}

const senders = (webhooks: readonly WebhookSettings[]): WebhookProviderName[] => [
  ...new Set(webhooks.map(({ provider }) => provider)),
]

const usualSender = (provider: string): WebhookProviderName =>
  webhookProviders.find(name => name === provider) ?? 'distribution'

function noneFor(registry: string, { webhooks }: Settings): InvalidInputError {
  const near = nearestOf(
    registry,
    webhooks.map(one => one.registry),
  )
  const known = near.length === 0 ? 'there are none' : `there are some for ${near.join(', ')}`
  const example = `{ provider: 'harbor', registry: '${registry}', secret: 'shelflife/${registry.replace(/[^\w.-]/g, '-')}/webhook' }`
  return new InvalidInputError(
    `expected webhooks of ${registry} in the settings, found none, ${known}; add one such as ${example} and deploy`,
  )
}

/** A webhook with what there is to tell its registry. */
export interface WebhookAddress {
  readonly address: string
  /** The first of the live secrets; absent where there is none, and of senders that have none. */
  readonly secret?: string
  /** One more counts, until the rotation is finished. */
  readonly isRotating: boolean
  /** Why no delivery can count as it stands. */
  readonly problem?: string
}

/** What stands for a secret that there is not yet. */
export const secretToCome = 'THE-SECRET'

/** `base` is the address of the installation's webhooks without their paths. */
export async function addressOf(
  { provider, secret: id = '' }: WebhookSettings,
  base: string,
  { secrets }: Pick<Installation, 'secrets'>,
): Promise<WebhookAddress> {
  const path = `${base}${webhookPath(provider)}`
  if (hasNoSecret(provider)) return { address: path, isRotating: false }
  const [secret, ...older] = liveSecrets((await secrets.findSecret(id, 'anew')) ?? '')
  const problem = problemOf(provider, secret)
  return {
    address: hasSecretInAddress(provider) ? `${path}/${secret ?? secretToCome}` : path,
    isRotating: older.length > 0,
    ...(secret !== undefined && { secret }),
    ...(problem !== undefined && { problem }),
  }
}

function problemOf(provider: WebhookProviderName, secret: string | undefined): string | undefined {
  if (secret === undefined) return 'there is no secret yet, or it is blank'
  if (hasSecretInAddress(provider) && !canBeInAddress(secret))
    return `the secret cannot be in an address, expected ${addressSecretRule}`
  return undefined
}
