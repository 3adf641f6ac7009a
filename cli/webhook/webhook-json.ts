import { secondsOf } from '../../shared/domain/instant.ts'
import type { WebhookSettings } from '../../shared/settings.ts'
import type { CheckedWebhook } from './check-deliveries.ts'
import type { WebhookAddress } from './find-webhooks.ts'
import { setupOf } from './print-webhook.ts'
import type { WebhookReport } from './run-webhook.ts'

/** As webhook.schema.json describes it. */
export const webhookJson = ({ found, changes, addresses, checked }: WebhookReport, now: Date) => ({
  version: 1,
  now: secondsOf(now),
  registry: found.registry,
  changes,
  webhooks: [...addresses.map(({ webhook, at }) => addressed(webhook, at)), ...checked.map(delivered)],
  others: found.others,
})

const named = ({ provider, secret }: WebhookSettings) => ({
  provider,
  ...(secret !== undefined && { secretId: secret }),
})

function addressed(webhook: WebhookSettings, at: WebhookAddress) {
  const { where, fields = [], text, notes = [] } = setupOf(webhook, at)
  return {
    ...named(webhook),
    ...at,
    setup: {
      where,
      fields: fields.map(([name, value]) => ({ name, value })),
      ...(text !== undefined && { text }),
      notes,
    },
  }
}

function delivered({ webhook, last, followed, presented, old, isRotating }: CheckedWebhook) {
  if (!last) return { ...named(webhook), isRotating }
  const { cameAt, kind, repository, tag, problem } = last
  return {
    ...named(webhook),
    isRotating,
    ...(old?.isOldSecret && { oldPresentedAt: secondsOf(old.cameAt) }),
    lastDelivery: {
      cameAt: secondsOf(cameAt),
      kind,
      ...(repository !== undefined && { repository }),
      ...(tag !== undefined && { tag }),
      ...(problem !== undefined && { problem }),
      ...(presented && { presented }),
      ...(followed && {
        followed: { at: secondsOf(followed.followedAt), outcome: followed.outcome, message: followed.message },
      }),
    },
  }
}
