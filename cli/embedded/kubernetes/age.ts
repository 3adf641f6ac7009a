const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/** A duration as `kubectl get` prints it: `5s`, `3m20s`, `4h`, `2d3h`, `23d`, `2y30d`; empty units are left out. */
export function humanDuration(durationMs: number): string {
  if (durationMs < -second) return '<invalid>'
  const ms = Math.max(0, durationMs)
  if (ms < 2 * minute) return `${Math.floor(ms / second)}s`
  if (ms < 10 * minute) return two(ms, minute, 'm', second, 's')
  if (ms < 3 * hour) return `${Math.floor(ms / minute)}m`
  if (ms < 8 * hour) return two(ms, hour, 'h', minute, 'm')
  if (ms < 2 * day) return `${Math.floor(ms / hour)}h`
  if (ms < 8 * day) return two(ms, day, 'd', hour, 'h')
  if (ms < 2 * year) return `${Math.floor(ms / day)}d`
  if (ms < 8 * year) return two(ms, year, 'y', day, 'd')
  return `${Math.floor(ms / year)}y`
}

function two(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)}${largeUnit}${rest ? `${rest}${smallUnit}` : ''}`
}

/** The time since an instant, or undefined where there is none. */
export function ageOf(instant: unknown, now: Date): string | undefined {
  const time = typeof instant === 'string' ? Date.parse(instant) : Number.NaN
  return Number.isNaN(time) ? undefined : humanDuration(now.getTime() - time)
}
