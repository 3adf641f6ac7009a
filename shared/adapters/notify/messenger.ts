import type { Messenger } from '../../ports/notifications.ts'
import { postMessage, type WebhookDeps } from './webhook.ts'

/** Sends to every kind of receiver that the settings know. What publishes to topics is imported once there is one. */
export const createMessenger = (deps: WebhookDeps): Messenger => ({
  async send(receiver, message) {
    if (receiver.kind !== 'email') return postMessage(receiver, message, deps)
    const { openTopic, publishMessage } = await import('./topic.ts')
    return publishMessage(receiver, message, openTopic(receiver))
  },
})
