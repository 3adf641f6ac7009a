import { hasNoSecret, webhookProviders } from '../../shared/domain/webhook-provider.ts'
import type { SettingsInput } from '../../shared/settings.ts'
import { registrySecret } from './local-secrets.ts'

/** Whose tokens of Google count. */
export interface GoogleAccount {
  readonly serviceAccount: string
  readonly audience: string
}

interface Registry {
  /** The name by which workloads know it. */
  readonly registry: string
  /** Of its webhooks. */
  readonly secret: string
  /** It is the one of this process. */
  readonly isOwn?: boolean
  readonly google?: GoogleAccount | undefined
}

/** A registry may be of any kind, so each sender counts, by one secret; Google's signs with its own keys. */
export const localWebhooks = ({ registry, secret, isOwn = false, google }: Registry) =>
  [
    ...webhookProviders.filter(provider => !hasNoSecret(provider)).map(provider => ({ provider, registry, secret })),
    // What people rotate is not what the registry within presents.
    ...(isOwn ? [{ provider: 'distribution' as const, registry, secret: registrySecret }] : []),
    ...(google ? [{ provider: 'google' as const, registry, ...google }] : []),
  ] satisfies SettingsInput['webhooks']
