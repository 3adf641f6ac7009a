import { UnavailableError } from '../../errors.ts'

export interface RequestLimits {
  /** For connecting, headers and body together. */
  readonly timeoutMs: number
  /** Without a byte for so long, from the first attempt to connect on, the request ends. */
  readonly stallMs: number
  /** Names the request in messages. */
  readonly what: string
}

/** A body that comes slower is one that stalls; measured over `stallMs`, so that a short pause is none. */
const leastBytesPerSecond = 1024

type End = (error: UnavailableError) => void

/**
 * Ends a request whose time is over, or whose host keeps the line and sends nothing, or next to nothing: it would else
 * hold a worker for as long as its object allows (T6).
 */
export class RequestTimer {
  expired: UnavailableError | undefined
  readonly #limits: RequestLimits
  #end: End = () => undefined
  #overall: NodeJS.Timeout | undefined
  #silence: NodeJS.Timeout | undefined
  #window: NodeJS.Timeout | undefined
  #windowBytes = 0

  constructor(limits: RequestLimits) {
    this.#limits = limits
  }

  /** The request has a socket. */
  start(end: End): void {
    const { timeoutMs, stallMs, what } = this.#limits
    this.#end = end
    this.#overall = setTimeout(
      () => this.#expire(`${what}: expected an answer within ${timeoutMs} ms, got none`, { isOverdue: true }),
      timeoutMs,
    )
    this.#silence = setTimeout(() => this.#stall('nothing'), stallMs)
  }

  /** Its body is sent, and the host's turn begins. */
  sent(): void {
    this.#silence?.refresh()
  }

  /** The headers came. */
  answered(end: End): void {
    this.#end = end
    this.#silence?.refresh()
    this.#window = setInterval(() => {
      if (this.#windowBytes * 1000 < leastBytesPerSecond * this.#limits.stallMs) this.#stall('less than 1 KB/s')
      this.#windowBytes = 0
    }, this.#limits.stallMs)
  }

  /** Some of the body came. */
  received(sizeBytes: number): void {
    this.#windowBytes += sizeBytes
    this.#silence?.refresh()
  }

  stop(): void {
    clearTimeout(this.#overall)
    clearTimeout(this.#silence)
    clearInterval(this.#window)
  }

  #stall(amount: 'nothing' | 'less than 1 KB/s'): void {
    const { what, stallMs } = this.#limits
    const stalled = `sent ${amount} for ${stallMs / 1000} s`
    this.#expire(`${what}: expected an answer, got a host that ${stalled}; check that it works`, { stalled })
  }

  #expire(message: string, why: { readonly stalled?: string; readonly isOverdue?: boolean }): void {
    this.stop()
    this.expired = new UnavailableError(message, { kind: 'timeout', ...why })
    this.#end(this.expired)
  }
}
