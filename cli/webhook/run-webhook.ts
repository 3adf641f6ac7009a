import type { WebhookSettings } from '../../shared/settings.ts'
import type { Installation } from '../connect/installation.ts'
import { parseWebhookBase } from '../connect/webhook-base.ts'
import { type CheckedWebhook, checkDeliveries } from './check-deliveries.ts'
import {
  type AskedWebhooks,
  addressOf,
  type FoundWebhooks,
  findWebhooks,
  type WebhookAddress,
} from './find-webhooks.ts'
import { finishRotation, rotateSecrets } from './rotate-secret.ts'

interface Asked extends AskedWebhooks {
  readonly now: Date
  readonly url?: string
}

type Deps = Pick<Installation, 'settings' | 'rulebook' | 'secrets' | 'store' | 'findWebhookUrl' | 'keepWebhookSecrets'>

export type WebhookWork = 'show' | 'rotate' | 'finish' | 'force' | 'check'

/** What was found and done. */
export interface WebhookReport {
  readonly found: FoundWebhooks
  /** What was done to secrets, for people. */
  readonly changes: readonly string[]
  /** Where each webhook is to be sent; none where it was only looked at. */
  readonly addresses: readonly { readonly webhook: WebhookSettings; readonly at: WebhookAddress }[]
  /** What came by each, where that was asked for. */
  readonly checked: readonly CheckedWebhook[]
}

/** Does what was asked for. @throws InvalidInputError where there is no such webhook, and for what is refused */
export async function runWebhook(asked: Asked, work: WebhookWork, installation: Deps): Promise<WebhookReport> {
  const found = findWebhooks({ ...asked, withOwn: work === 'check' }, installation)
  const { registry, webhooks } = found
  if (work === 'check')
    return { found, changes: [], addresses: [], checked: await checkDeliveries(registry, webhooks, installation) }
  const base = asked.url === undefined ? await installation.findWebhookUrl() : parseWebhookBase(asked.url)
  const changes = await change(work, found, asked.now, installation)
  const addresses = []
  for (const webhook of webhooks) addresses.push({ webhook, at: await addressOf(webhook, base, installation) })
  return { found, changes, addresses, checked: [] }
}

async function change(
  work: Exclude<WebhookWork, 'check'>,
  { registry, webhooks }: FoundWebhooks,
  now: Date,
  installation: Deps,
): Promise<readonly string[]> {
  if (work === 'show') return []
  const { secrets, keepWebhookSecrets } = installation
  const { lines, texts } =
    work === 'rotate'
      ? await rotateSecrets(webhooks, secrets)
      : await finishRotation(
          work === 'force'
            ? webhooks.map(webhook => ({ webhook, isRotating: true }))
            : await checkDeliveries(registry, webhooks, installation),
          secrets,
          now,
        )
  keepWebhookSecrets(texts)
  return lines
}
