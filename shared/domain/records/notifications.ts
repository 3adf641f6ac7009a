import * as z from 'zod'
import { subjects } from '../notifications/receiver.ts'
import { numbered } from './parts.ts'

const told = z.strictObject({
  subject: z.enum(subjects),
  at: z.date(),
  /** What it was, so that the same is not told every day. */
  basis: z.string(),
  /** Of deletions: all that were to happen until then were told. */
  upTo: z.date().exactOptional(),
})
export type Told = z.infer<typeof told>

/** What a receiver was told of a policy, or of a namespace: of each subject the last. */
export const toldRecord = z.strictObject({
  receiver: z.string(),
  /** `cluster/namespace/name` of a policy, or `cluster/namespace`. */
  of: z.string(),
  told: z.array(told).readonly(),
  /** Set before a message is sent, and taken away when it is told: until then no other run sends. */
  sending: z.strictObject({ by: z.string(), until: z.date() }).exactOptional(),
  /** Seconds since 1970 from which on the table forgets it, unless it is written again. */
  expiresAtSeconds: z.number(),
  ...numbered,
})
export type ToldRecord = z.infer<typeof toldRecord>
