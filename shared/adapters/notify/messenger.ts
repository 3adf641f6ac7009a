import type { SNSClient } from '@aws-sdk/client-sns'
import type { EmailReceiver } from '../../domain/notifications/receiver.ts'
import type { Messenger } from '../../ports/notifications.ts'
import { publishMessage } from './topic.ts'
import { postMessage, type WebhookDeps } from './webhook.ts'

export interface MessengerDeps extends WebhookDeps {
  /** Of the region of the topic. */
  readonly topics: (receiver: EmailReceiver) => SNSClient
}

/** Sends to every kind of receiver that the settings know. */
export const createMessenger = (deps: MessengerDeps): Messenger => ({
  send: (receiver, message) =>
    receiver.kind === 'email'
      ? publishMessage(receiver, message, deps.topics(receiver))
      : postMessage(receiver, message, deps),
})
