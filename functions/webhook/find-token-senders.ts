import type { PushTokens } from '../../shared/ports/push-tokens.ts'
import type { WebhookSettings } from '../../shared/settings.ts'
import { byRegistry, type Sender } from './find-senders.ts'
import type { Headers } from './providers/provider.ts'

/**
 * The registries of which the settings say that they are pushed by the one whom the token names; empty when it counts for
 * none. One account may well push for several: its payloads say for which.
 * @throws UnavailableError when the keys of its issuer cannot be read
 */
export async function findTokenSenders(
  { authorization = '' }: Headers,
  webhooks: readonly WebhookSettings[],
  tokens: PushTokens,
): Promise<Sender[]> {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (token === undefined) return []
  const identities = webhooks.flatMap(({ serviceAccount: email, audience }) =>
    email === undefined || audience === undefined ? [] : [{ email, audience }],
  )
  const found = await tokens.findIdentity(token, identities)
  if (!found) return []
  const matched = webhooks.filter(
    ({ serviceAccount, audience }) => serviceAccount === found.email && audience === found.audience,
  )
  return byRegistry(matched.map(webhook => ({ webhook, isOldSecret: false })))
}
