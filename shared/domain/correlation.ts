import * as z from 'zod'

/**
 * By this field what followed from one push can be found in the logs of every function: the key of the webhook's call, of
 * the event of ECR, of the attempt of a sync, or of the run of a policy. Only for people: nothing is decided by it.
 */
export interface Correlated {
  readonly correlationId?: string | undefined
}

/** Read from a message. One without it, or with something else in its place, is read all the same. */
export const correlationId = z.string().min(1).max(1024).optional().catch(undefined)
