/** Who sends webhooks, by the format: `provider` of a webhook in the settings, and the end of its path. ECR's events come from EventBridge. */
export const webhookProviders = ['distribution', 'harbor'] as const
export type WebhookProviderName = (typeof webhookProviders)[number]
