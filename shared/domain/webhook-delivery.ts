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

/** A push tells more than a test, and what comes with the new secret more than what comes with the old. */
export const deliveryRank = ({ kind, isOldSecret }: Pick<DeliveryRecord, 'kind' | 'isOldSecret'>): number =>
  (kind === 'hints' ? 1 : 0) + (isOldSecret ? 0 : 2)

export const deliveryEnds = (at: Date): number => Math.floor((at.getTime() + rememberedDays * dayMs) / 1000)

/** What was done after a delivery: nothing that was done before it. */
export const followedAfter = (
  { cameAt, webhook }: DeliveryRecord,
  followed: readonly FollowedRecord[],
): FollowedRecord | undefined => followed.find(one => one.webhook === webhook && one.followedAt >= cameAt)
