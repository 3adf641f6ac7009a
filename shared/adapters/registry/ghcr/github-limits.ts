import type { IncomingHttpHeaders } from 'node:http'
import type { HttpClient, HttpResponse } from '../../http/client.ts'

/** What GitHub asks for where it says that there are too many requests, and not for how long. */
const defaultWaitSeconds = 60

/**
 * GitHub answers 403 to a credential that asks too much as to one that may not: these are 429 from here on, with the time in
 * the header in which others give it.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export const withGithubLimits = (client: HttpClient): HttpClient => ({
  ...client,
  send: async request => asTooMany(await client.send(request)),
})

function asTooMany(response: HttpResponse): HttpResponse {
  if (!isTooMany(response)) return response
  return { ...response, status: 429, headers: { ...response.headers, 'retry-after': waitOf(response.headers) } }
}

function isTooMany({ status, headers, body }: HttpResponse): boolean {
  if (status === 429) return true
  const isSaid = headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0'
  return status === 403 && (isSaid || /rate limit/i.test(body.subarray(0, 4096).toString()))
}

/** Seconds, or a unix time. */
function waitOf(headers: IncomingHttpHeaders): string {
  const { 'retry-after': wait, 'x-ratelimit-remaining': left, 'x-ratelimit-reset': reset } = headers
  if (wait !== undefined) return wait
  return left === '0' && typeof reset === 'string' ? reset : String(defaultWaitSeconds)
}
