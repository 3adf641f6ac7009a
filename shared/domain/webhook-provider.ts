/** Who sends webhooks, by the format: `provider` of a webhook in the settings, and a part of its path. ECR's events come from EventBridge. */
export const webhookProviders = [
  'distribution',
  'harbor',
  'dockerhub',
  'ghcr',
  'quay',
  'acr',
  'google',
  'zot',
  'jfrog',
  'nexus',
  'gitea',
  'aliyun',
  'generic',
] as const
export type WebhookProviderName = (typeof webhookProviders)[number]

/** They sign nothing and send no header of ours: their secret is the end of their address. */
const senders: readonly WebhookProviderName[] = ['dockerhub', 'quay', 'aliyun']
export const hasSecretInAddress = (provider: WebhookProviderName): boolean => senders.includes(provider)

/** They sign with their own keys, so that no secret is shared with them. */
const signers: readonly WebhookProviderName[] = ['google']
export const hasNoSecret = (provider: WebhookProviderName): boolean => signers.includes(provider)

export const webhookPath = (provider: WebhookProviderName): string => `/webhook/${provider}`
