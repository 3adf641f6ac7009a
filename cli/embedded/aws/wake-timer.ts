const longestTimerMs = 2 ** 31 - 1

/** Tells its listeners when there is something ready, now or by the passing of time. Runs no timer without a listener. */
export class WakeTimer {
  private readonly listeners = new Set<() => void>()
  private readonly isReady: () => boolean
  private readonly nextReadyAtMs: () => number
  private readonly now: () => number
  private timer: NodeJS.Timeout | undefined
  private timerAtMs = Number.POSITIVE_INFINITY

  constructor(isReady: () => boolean, nextReadyAtMs: () => number, now: () => number) {
    this.isReady = isReady
    this.nextReadyAtMs = nextReadyAtMs
    this.now = now
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    this.arm()
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size === 0) this.disarm()
    }
  }

  /** To be called after every change. */
  update(): void {
    if (this.listeners.size === 0) return
    // Asking first moves what is due out of the waiting, so that the timer is set for what still waits.
    const isReady = this.isReady()
    this.arm()
    if (!isReady) return
    for (const listener of Array.from(this.listeners)) listener()
  }

  stop(): void {
    this.listeners.clear()
    this.disarm()
  }

  private arm(): void {
    const atMs = this.nextReadyAtMs()
    if (atMs >= this.timerAtMs || atMs === Number.POSITIVE_INFINITY) return
    this.disarm()
    this.timerAtMs = atMs
    this.timer = setTimeout(
      () => {
        this.disarm()
        this.update()
      },
      Math.min(Math.max(atMs - this.now(), 0), longestTimerMs),
    )
  }

  private disarm(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.timerAtMs = Number.POSITIVE_INFINITY
  }
}
