import type { IncomingHttpHeaders } from 'node:http'

const maxMs = 60 * 60 * 1000
/** Numbers from here on are instants, not durations: 10^8 seconds are three years. */
const firstInstantSeconds = 1e8
const firstInstantMs = 1e11

/**
 * How long a server asks to wait, in milliseconds, from `Retry-After` (seconds or HTTP-date; some registries write a
 * unix time) or Docker Hub's `X-Retry-After`. At most one hour; undefined when absent, malformed, negative or past.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMsOf(headers: IncomingHttpHeaders, now: Date): number | undefined {
  const text = headers['retry-after'] ?? headers['x-retry-after']
  if (typeof text !== 'string') return undefined
  const waitMs = waitOf(text.trim(), now)
  return waitMs > 0 ? Math.min(waitMs, maxMs) : undefined
}

function waitOf(text: string, now: Date): number {
  if (!/^\d+(\.\d+)?$/.test(text)) return /[a-z]/i.test(text) ? Date.parse(text) - now.getTime() : Number.NaN
  const value = Number(text)
  if (value >= firstInstantMs) return value - now.getTime()
  return value >= firstInstantSeconds ? value * 1000 - now.getTime() : value * 1000
}
