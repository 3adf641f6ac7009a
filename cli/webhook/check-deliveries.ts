import { secondsOf } from '../../shared/domain/instant.ts'
import type { DeliveryRecord, FollowedRecord } from '../../shared/domain/records/deliveries.ts'
import { deliveriesOf, followedAfter, webhookKey } from '../../shared/domain/webhook-delivery.ts'
import { liveSecrets, secretMark } from '../../shared/domain/webhook-secret.ts'
import type { WebhookSettings } from '../../shared/settings.ts'
import type { Installation } from '../connect/installation.ts'

/** What is known of a webhook: nothing where no delivery came that counted. */
export interface CheckedWebhook {
  readonly webhook: WebhookSettings
  readonly last?: DeliveryRecord
  /** What the last delivery led to. */
  readonly followed?: FollowedRecord
  /** Which secret the last delivery presented, of those that count now: the first of them, or one before it. */
  readonly presented?: 'new' | 'before'
  /** The last that presented the secret before, of a rotation that is under way. */
  readonly old?: DeliveryRecord
  /** A secret is being rotated. */
  readonly isRotating: boolean
}

/** The last delivery of each webhook of a registry. What it presented is compared as it is now. */
export async function checkDeliveries(
  registry: string,
  webhooks: readonly WebhookSettings[],
  { store, secrets }: Pick<Installation, 'store' | 'secrets'>,
): Promise<CheckedWebhook[]> {
  const { deliveries, followed } = await store.listDeliveries(registry)
  const checked = []
  for (const webhook of webhooks) {
    const { secret: id } = webhook
    const live = id === undefined ? [] : liveSecrets((await secrets.findSecret(id, 'anew')) ?? '')
    const came = deliveriesOf(webhookKey(webhook), deliveries)
    const [last] = came
    const older = live.slice(1).map(secretMark)
    const old = came.find(({ presented }) => presented !== undefined && older.includes(presented))
    const after = last?.kind === 'hints' ? followedAfter(last, followed) : undefined
    const presented = last?.presented === undefined ? undefined : presentedOf(last.presented, live)
    checked.push({
      webhook,
      isRotating: live.length > 1,
      ...(last && { last }),
      ...(old && { old }),
      ...(after && { followed: after }),
      ...(presented && { presented }),
    })
  }
  return checked
}

const presentedOf = (mark: string, [next = '']: readonly string[]): 'new' | 'before' =>
  mark === secretMark(next) ? 'new' : 'before'

/** When it came and what it led to, in lines for people; `called` is the command about this webhook. */
export function deliveryLines(checked: CheckedWebhook, called: string, now: Date): string[] {
  const { webhook, last } = checked
  const { registry, provider, secret } = webhook
  const about = last
    ? [
        `the last delivery came at ${secondsOf(last.cameAt)}, to five minutes: ${whatOf(last)}`,
        ...(last.kind === 'hints' ? [ledTo(last, checked.followed, now)] : []),
        ...presentedLines(checked),
      ]
    : [
        'no delivery came yet that counted',
        `the log of the webhook says of each call what it was answered; what to set up: ${called}`,
      ]
  return [
    `${registry}, ${provider}${secret === undefined ? '' : ` with secret ${secret}`}`,
    ...about.map(line => `  ${line}`),
  ]
}

/** Of a rotation that is not finished: whether the registry has the new secret. */
function presentedLines({ presented, old, isRotating }: CheckedWebhook): string[] {
  const also = old?.isOldSecret
    ? [`the secret before the last rotation was still presented at ${secondsOf(old.cameAt)}`]
    : []
  if (presented === 'new') return isRotating ? ['it presented the new secret', ...also] : []
  return presented === undefined
    ? []
    : ['it presented the secret before the last rotation: the registry has not shown the new one yet']
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
