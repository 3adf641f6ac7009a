import * as z from 'zod'
import { webhookProviders } from '../webhook-provider.ts'

export const deliveryKinds = ['hints', 'nothing', 'test', 'misfit'] as const

/** The last delivery by one webhook with one secret, to some minutes. */
export const deliveryRecord = z.strictObject({
  registry: z.string(),
  /** Names the webhook among those of its registry, and the secret: see `deliveryName`. */
  webhook: z.string(),
  provider: z.enum(webhookProviders),
  cameAt: z.date(),
  /** What it was; `misfit`: nothing of it was understood. */
  kind: z.enum(deliveryKinds),
  /** It presented the secret that is on its way out, as far as the function knew. */
  isOldSecret: z.boolean(),
  /** Which secret it presented: see `secretMark`. Absent of senders that sign with keys of their own. */
  presented: z.string().exactOptional(),
  /** Of the first hint: where a sync was to look. */
  repository: z.string().exactOptional(),
  tag: z.string().exactOptional(),
  /** Of a misfit: what was expected. */
  problem: z.string().exactOptional(),
  /** Of deliveries within some minutes the one of the highest rank stays. */
  rank: z.int(),
  /** Seconds since 1970 from which on the table forgets it. */
  expiresAtSeconds: z.number(),
})
export type DeliveryRecord = z.infer<typeof deliveryRecord>

/** What a sync did that a recorded delivery led to. */
export const followedRecord = z.strictObject({
  registry: z.string(),
  webhook: z.string(),
  followedAt: z.date(),
  repository: z.string(),
  /** How it ended, and in words. */
  outcome: z.string(),
  message: z.string(),
  /** Seconds since 1970 from which on the table forgets it. */
  expiresAtSeconds: z.number(),
})
export type FollowedRecord = z.infer<typeof followedRecord>
