import { randomUUID } from 'node:crypto'
import { type NotificationEndpoint, NotificationSender } from './notification-endpoint.ts'
import type { EventAction, EventCause, EventTarget } from './registry-event.ts'

/** Tells every configured endpoint what happened, without making a client of the registry wait. */
export class Notifier {
  readonly #instanceID = randomUUID()
  readonly #addr: string
  #senders: readonly NotificationSender[] = []
  /** `addr` is how this registry names itself in its events: host and port. */
  constructor(addr: string) {
    this.#addr = addr
  }

  /** Replaces all endpoints; what was queued for the old ones is forgotten. */
  setEndpoints(endpoints: readonly NotificationEndpoint[]): void {
    for (const sender of this.#senders) sender.close()
    this.#senders = endpoints.map(endpoint => new NotificationSender(endpoint))
  }

  publish(action: EventAction, target: EventTarget, cause: EventCause): void {
    const event = {
      id: randomUUID(),
      timestamp: new Date().toISOString(),
      action,
      target,
      ...cause,
      source: { addr: this.#addr, instanceID: this.#instanceID },
    }
    for (const sender of this.#senders) sender.enqueue(event)
  }
}
