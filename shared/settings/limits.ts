import * as z from 'zod'
import { parseDurationMs } from '../domain/duration.ts'

const leastGracePeriod = z.string().superRefine((text, context) => {
  try {
    if (parseDurationMs(text) < 1000) context.addIssue('expected at least 1s')
  } catch {
    context.addIssue('expected a duration such as 90s, 10m or 1h30m')
  }
})

/** What stands above the limits of every policy. */
export const limitSettings = z.strictObject({
  /** The least grace period, 1s or more. */
  minGracePeriod: leastGracePeriod.default('1h'),
  /** The most that one run of a policy deletes; default: as the policies say. */
  maxDeletionsPerRun: z.int().min(1).optional(),
  /** The most of a repository, in percent, that a run deletes unless a person approves who may write the table. */
  maxDeletionPercent: z.int().min(1).max(100).default(100),
})
