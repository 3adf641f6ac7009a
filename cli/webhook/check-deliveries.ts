import { secondsOf } from '../../shared/domain/instant.ts'
import type { DeliveryRecord, FollowedRecord } from '../../shared/domain/records/deliveries.ts'
import { followedAfter, webhookKey } from '../../shared/domain/webhook-delivery.ts'
import { liveSecrets, secretMark } from '../../shared/domain/webhook-secret.ts'
import type { ListedDeliveries } from '../../shared/ports/store.ts'
import type { WebhookSettings } from '../../shared/settings.ts'
import type { Installation } from '../connect/installation.ts'

export interface Checked {
  readonly registry: string
  readonly webhooks: readonly WebhookSettings[]
  /** The command about the webhooks of a sender. */
  readonly called: (provider: string) => string
}

/** Says of each webhook when its last delivery came and what it led to, in lines for people. */
export async function checkDeliveries(
  { registry, webhooks, called }: Checked,
  { store, secrets }: Pick<Installation, 'store' | 'secrets'>,
  now: Date,
): Promise<string[]> {
  const listed = await store.listDeliveries(registry)
  const lines = []
  for (const webhook of webhooks) {
    const { secret, provider } = webhook
    const live = secret === undefined ? [] : liveSecrets((await secrets.findSecret(secret, 'anew')) ?? '')
    lines.push(`${registry}, ${provider}${secret === undefined ? '' : ` with secret ${secret}`}`)
    lines.push(...linesOf(webhook, { called: called(provider), live }, listed, now).map(line => `  ${line}`))
  }
  return lines
}

interface Known {
  readonly called: string
  /** The secrets that count now. */
  readonly live: readonly string[]
}

function linesOf(
  webhook: WebhookSettings,
  { called, live }: Known,
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
    ...presentedBy(last, live),
  ]
}

/** Of a rotation that is not finished: whether the registry has the new secret. What it presented is compared as it is now. */
function presentedBy({ presented }: DeliveryRecord, [next = '', ...before]: readonly string[]): string[] {
  if (presented === undefined) return []
  if (presented === secretMark(next)) return before.length > 0 ? ['it presented the new secret'] : []
  return ['it presented the secret before the last rotation: the registry has not shown the new one yet']
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
