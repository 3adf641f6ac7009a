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
  #restingSince: number | undefined
  #restedMs = 0

  constructor(limits: RequestLimits) {
    this.#limits = limits
  }

  /** The request has a socket. */
  start(end: End): void {
    this.#end = end
    this.#limit()
    this.#listen()
  }

  /** Its body is sent, and the host's turn begins. */
  sent(): void {
    this.#silence?.refresh()
  }

  /** The headers came. */
  answered(end: End): void {
    this.#end = end
    this.#listen()
    this.#measure()
  }

  /** Its body is streamed, of any size: that only must not stall, and the rest has the usual time once it is there. */
  isStreamed(): void {
    clearTimeout(this.#overall)
    this.#listen()
    this.#measure()
  }

  /** All of a streamed body is sent. The host may look through it for as long as a whole request has. */
  streamed(): void {
    clearTimeout(this.#silence)
    clearInterval(this.#window)
    this.#limit()
  }

  /** Whoever takes or gives the body is busy: the host has nothing to send or to take, and does not stall. */
  rest(): void {
    this.#restingSince ??= performance.now()
  }

  /** It is the host's turn again. */
  resume(): void {
    if (this.#restingSince === undefined) return
    this.#restedMs += performance.now() - this.#restingSince
    this.#restingSince = undefined
    this.#silence?.refresh()
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

  #limit(): void {
    const { timeoutMs, what } = this.#limits
    clearTimeout(this.#overall)
    this.#overall = setTimeout(
      () => this.#expire(`${what}: expected an answer within ${timeoutMs} ms, got none`, { isOverdue: true }),
      timeoutMs,
    )
  }

  #listen(): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      if (this.#restingSince === undefined) this.#stall('nothing')
      else this.#silence?.refresh()
    }, this.#limits.stallMs)
  }

  #measure(): void {
    const { stallMs } = this.#limits
    clearInterval(this.#window)
    this.#window = setInterval(() => {
      const isBusy = this.#restingSince !== undefined || this.#restedMs * 2 > stallMs
      if (!isBusy && this.#windowBytes * 1000 < leastBytesPerSecond * stallMs) this.#stall('less than 1 KB/s')
      this.#windowBytes = 0
      this.#restedMs = 0
    }, stallMs)
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
