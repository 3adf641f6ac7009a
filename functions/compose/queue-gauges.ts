import { SQSClient } from '@aws-sdk/client-sqs'
import { createQueueGauges } from '../../shared/adapters/events/queue-gauges.ts'
import { requireVariable } from '../runtime/environment.ts'

/** How much lies in each queue, and since when. */
export const openQueueGauges = (now: () => Date) =>
  createQueueGauges(
    { sqs: new SQSClient(), cloudWatch: { maxAttempts: 1 }, now },
    {
      hints: requireVariable('hintsQueue'),
      sync: requireVariable('syncQueue'),
      reconcile: requireVariable('reconcileQueue'),
      sweep: requireVariable('sweepQueue'),
    },
  )
