import { createHash } from 'node:crypto'
import { dayMs } from './duration.ts'
import type { DeliveryRecord, FollowedRecord } from './records/deliveries.ts'
import type { WebhookProviderName } from './webhook-provider.ts'

/** Of deliveries by one webhook one is recorded in so many milliseconds, however many come. */
export const recordedEveryMs = 5 * 60_000
const rememberedDays = 90

export interface WebhookIdentity {
  readonly provider: WebhookProviderName
  readonly secret?: string | undefined
  readonly serviceAccount?: string | undefined
  readonly audience?: string | undefined
}

/** Names a webhook among those of its registry; whatever the ids of secrets hold, it is letters, digits and a hyphen. */
export const webhookKey = ({ provider, secret = '', serviceAccount = '', audience = '' }: WebhookIdentity): string =>
  `${provider}-${createHash('sha256')
    .update(JSON.stringify([secret, serviceAccount, audience]))
    .digest('hex')
    .slice(0, 16)}`

/**
 * What deliveries by a webhook are recorded as, for each secret apart: one that was handed to several senders is presented by
 * some anew and by others as before, in turn.
 */
export const deliveryName = (webhook: string, presented: string | undefined): string =>
  presented === undefined ? webhook : `${webhook}-${presented}`

/** Newest first. */
export const deliveriesOf = (webhook: string, deliveries: readonly DeliveryRecord[]): DeliveryRecord[] =>
  deliveries
    .filter(one => one.webhook === webhook || one.webhook.startsWith(`${webhook}-`))
    .sort((one, other) => other.cameAt.getTime() - one.cameAt.getTime())

/** With one secret a push tells more than a test, and what came after a rotation more than what came before it. */
export const deliveryRank = ({ kind, isOldSecret }: Pick<DeliveryRecord, 'kind' | 'isOldSecret'>): number =>
  (kind === 'hints' ? 1 : 0) + (isOldSecret ? 2 : 0)

/** Somebody was seen to use the secret before in a rotation that is under way, lately enough to be still about to. */
export const isStillPresented = ({ isOldSecret, cameAt }: DeliveryRecord, now: Date): boolean =>
  isOldSecret && now.getTime() - cameAt.getTime() < dayMs

export const deliveryEnds = (at: Date): number => Math.floor((at.getTime() + rememberedDays * dayMs) / 1000)

/** What was done after a delivery: nothing that was done before it. */
export const followedAfter = (
  { cameAt, webhook }: DeliveryRecord,
  followed: readonly FollowedRecord[],
): FollowedRecord | undefined => followed.find(one => one.webhook === webhook && one.followedAt >= cameAt)
