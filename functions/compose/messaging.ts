import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SQSClient } from '@aws-sdk/client-sqs'
import { createEventPublisher } from '../../shared/adapters/events/event-publisher.ts'
import { createEventQueue, createSweepQueue, createSyncQueue } from '../../shared/adapters/events/work-queues.ts'
import { requireVariable } from '../runtime/environment.ts'
import { createQueueMessages } from '../runtime/queue-messages.ts'

/** The bus, for whoever listens there. */
export const openEvents = () => createEventPublisher(new EventBridgeClient(), requireVariable('bus'))

/** What registries tell, for `sync`. */
export const openHints = () => createEventQueue(new SQSClient(), requireVariable('hintsQueue'))

/** Which repositories have news, for `reconcile`. */
export const openNews = () => createEventQueue(new SQSClient(), requireVariable('reconcileQueue'))

export const openSyncQueue = () => createSyncQueue(new SQSClient(), requireVariable('syncQueue'))

export const openSweepQueue = () => createSweepQueue(new SQSClient(), requireVariable('sweepQueue'))

/** What a queue's consumer does with the messages that it was given. */
export const openMessages = () => createQueueMessages(new SQSClient())
