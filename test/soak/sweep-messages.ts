import type { SweepRequest } from '../../shared/ports/messaging.ts'

interface Message {
  readonly request: SweepRequest
  /** Not delivered again before this. */
  visibleAtMs: number
  receives: number
}

const maxReceives = 5

/** The sweep queue: messages of one repository one at a time, in order, and again when their handler died. */
export class SweepMessages {
  readonly #messages: Message[] = []
  /** Every request ever handled, for those that come back from a dead-letter queue weeks later. */
  readonly handled: SweepRequest[] = []

  get size(): number {
    return this.#messages.length
  }

  send(requests: readonly SweepRequest[]): void {
    this.#messages.push(...requests.map(request => ({ request, visibleAtMs: 0, receives: 0 })))
  }

  /** The first message of every repository whose first message may be delivered. */
  receivable(nowMs: number): SweepRequest[] {
    const first = new Map<string, Message>()
    for (const message of this.#messages)
      if (!first.has(message.request.repository)) first.set(message.request.repository, message)
    return [...first.values()].filter(one => one.visibleAtMs <= nowMs).map(one => one.request)
  }

  /** True while a message of the repository waits to come back: its handler may still hold the lease. */
  isBusy(repository: string, nowMs: number): boolean {
    return this.#messages.some(one => one.request.repository === repository && one.visibleAtMs > nowMs)
  }

  done(request: SweepRequest): void {
    const at = this.#messages.findIndex(one => one.request === request)
    if (at >= 0) this.#messages.splice(at, 1)
    this.handled.push(request)
  }

  /** The handler did not answer: the message comes back, until it is given up as a dead letter. */
  comeBack(request: SweepRequest, atMs: number): void {
    const message = this.#messages.find(one => one.request === request)
    if (!message) return
    message.receives += 1
    message.visibleAtMs = atMs
    if (message.receives >= maxReceives) this.done(request)
  }
}
