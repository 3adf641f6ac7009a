import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SQSClient } from '@aws-sdk/client-sqs'
import { createEventPublisher } from '../../shared/adapters/events/event-publisher.ts'
import { createSweepQueue, createSyncQueue } from '../../shared/adapters/events/work-queues.ts'
import { requireVariable } from '../runtime/environment.ts'
import { retrySoon } from '../runtime/retry-soon.ts'

export const openEvents = () => createEventPublisher(new EventBridgeClient(), requireVariable('bus'))

export const openSyncQueue = () => createSyncQueue(new SQSClient(), requireVariable('syncQueue'))

export const openSweepQueue = () => createSweepQueue(new SQSClient(), requireVariable('sweepQueue'))

/** Makes the messages that a queue's consumer gives back visible again soon. */
export const openRetry = () => retrySoon(new SQSClient())
