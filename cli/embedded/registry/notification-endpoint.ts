import { setTimeout as wait } from 'node:timers/promises'
import type { EventAction, RegistryEvent } from './registry-event.ts'

/** Where events go. `ignore` takes the place of the default, which leaves out pulls; name no action to be told of those too. */
export interface NotificationEndpoint {
  url: string
  headers?: Record<string, string>
  ignore?: { actions?: readonly EventAction[]; mediaTypes?: readonly string[] }
}

const mediaType = 'application/vnd.docker.distribution.events.v1+json'
const maxQueued = 10_000
const timeoutMs = 5_000
const firstBackoffMs = 50
const maxBackoffMs = 1_000

/** Sends events one by one and in order, each until it is taken. The queue is in memory: what it holds dies with the process. */
export class NotificationSender {
  readonly #endpoint: NotificationEndpoint
  readonly #queue: RegistryEvent[] = []
  readonly #stop = new AbortController()
  #isSending = false
  constructor(endpoint: NotificationEndpoint) {
    this.#endpoint = endpoint
  }

  /** A full queue forgets its oldest event: a listener that was away so long has to read everything anyway. */
  enqueue(event: RegistryEvent): void {
    if (this.#stop.signal.aborted || this.#isIgnored(event)) return
    if (this.#queue.length >= maxQueued) this.#queue.shift()
    this.#queue.push(event)
    if (!this.#isSending) void this.#sendAll()
  }

  /** Forgets what is still queued. */
  close(): void {
    this.#stop.abort()
    this.#queue.length = 0
  }

  #isIgnored({ action, target }: RegistryEvent): boolean {
    const { actions = [], mediaTypes = [] } = this.#endpoint.ignore ?? { actions: ['pull'] }
    return actions.includes(action) || (target.mediaType !== undefined && mediaTypes.includes(target.mediaType))
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) await this.#sendUntilTaken(event)
    this.#isSending = false
  }

  async #sendUntilTaken(event: RegistryEvent): Promise<void> {
    for (
      let backoffMs = firstBackoffMs;
      !this.#stop.signal.aborted;
      backoffMs = Math.min(backoffMs * 2, maxBackoffMs)
    ) {
      if (await this.#isTaken(event)) return
      await wait(backoffMs, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined)
    }
  }

  /** 2xx and 3xx count as taken, as in distribution; every refusal is tried again. */
  async #isTaken(event: RegistryEvent): Promise<boolean> {
    try {
      const response = await fetch(this.#endpoint.url, {
        method: 'POST',
        headers: { ...this.#endpoint.headers, 'Content-Type': mediaType },
        body: JSON.stringify({ events: [event] }),
        redirect: 'manual',
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(timeoutMs)]),
      })
      await response.body?.cancel()
      return response.status >= 200 && response.status < 400
    } catch {
      return false
    }
  }
}
