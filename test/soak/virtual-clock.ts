/** Time that goes on only when the soak says so. */
export interface VirtualClock {
  now(): Date
  nowMs(): number
  pass(seconds: number): void
}

export function createVirtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let ms = start
  return {
    now: () => new Date(ms),
    nowMs: () => ms,
    pass: seconds => {
      ms += Math.round(seconds * 1000)
    },
  }
}
