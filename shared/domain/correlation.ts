import * as z from 'zod'

/**
 * What followed from one push is found by this in the logs of every function. It is the request id of the webhook, the id of
 * ECR's event, the attempt of a sync that was asked for, or the run of a policy. Nothing is decided by it.
 */
export interface Correlated {
  readonly correlationId?: string | undefined
}

/** Read from a message. One without it, or with something else in its place, is read all the same. */
export const correlationId = z.string().min(1).max(1024).optional().catch(undefined)
