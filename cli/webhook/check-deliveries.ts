import { secondsOf } from '../../shared/domain/instant.ts'
import type { DeliveryRecord, FollowedRecord } from '../../shared/domain/records/deliveries.ts'
import { followedAfter, webhookKey } from '../../shared/domain/webhook-delivery.ts'
import type { ListedDeliveries, Store } from '../../shared/ports/store.ts'
import type { WebhookSettings } from '../../shared/settings.ts'

export interface Checked {
  readonly registry: string
  readonly webhooks: readonly WebhookSettings[]
  /** The command about the webhooks of a sender. */
  readonly called: (provider: string) => string
}

/** Says of each webhook when its last delivery came and what it led to, in lines for people. */
export async function checkDeliveries(
  { registry, webhooks, called }: Checked,
  { listDeliveries }: Pick<Store, 'listDeliveries'>,
  now: Date,
): Promise<string[]> {
  const listed = await listDeliveries(registry)
  return webhooks.flatMap(webhook => {
    const name = webhook.secret === undefined ? '' : ` with secret ${webhook.secret}`
    return [
      `${registry}, ${webhook.provider}${name}`,
      ...linesOf(webhook, called(webhook.provider), listed, now).map(line => `  ${line}`),
    ]
  })
}

function linesOf(
  webhook: WebhookSettings,
  called: string,
  { deliveries, followed }: ListedDeliveries,
  now: Date,
): string[] {
  const key = webhookKey(webhook)
  const last = deliveries.find(one => one.webhook === key)
  if (!last)
    return [
      'no delivery came yet that counted',
      `the log of the webhook says of each call what it was answered; what to set up: ${called}`,
    ]
  return [
    `the last delivery came at ${secondsOf(last.cameAt)}, to five minutes: ${whatOf(last)}`,
    ...(last.kind === 'hints' ? [ledTo(last, followedAfter(last, followed), now)] : []),
    ...(last.isOldSecret ? ['it presented the secret before the last rotation'] : []),
  ]
}

function whatOf({ kind, repository = '', tag, problem = '' }: DeliveryRecord): string {
  if (kind === 'test') return 'a test, which arrived'
  if (kind === 'misfit') return `it was not understood: ${problem}`
  if (kind === 'nothing') return 'nothing in it concerned images'
  return `news of ${repository}${tag === undefined ? '' : `:${tag}`}`
}

/** A hint waits behind others of its repository, as a rule for no second. */
const patienceMs = 60_000

function ledTo({ cameAt, repository }: DeliveryRecord, followed: FollowedRecord | undefined, now: Date): string {
  if (followed?.outcome === 'untracked')
    return `it led to no sync: no Repository object tracks ${repository}, or its first sync is yet to come`
  if (followed?.outcome === 'synced')
    return `it led to a sync at ${secondsOf(followed.followedAt)}: ${followed.message}`
  if (followed)
    return `it led to a sync at ${secondsOf(followed.followedAt)} that ${followed.outcome}: ${followed.message}`
  return now.getTime() - cameAt.getTime() < patienceMs
    ? 'its sync is yet to come'
    : 'no sync followed: see how much waits in the queue hints, and the log of sync'
}
