import http from 'node:http'
import https from 'node:https'
import { createInterface } from 'node:readline'
import type { ApiServer } from '../../shared/adapters/cluster/kubeconfig.ts'
import { findJson } from '../../shared/domain/json.ts'

export interface WatchEvent<T> {
  readonly type: string
  readonly object: T
}

/** The server ends a watch after this time, so that one whose connection broke unnoticed is opened again as well. */
const timeoutSeconds = 300

/**
 * Calls `onEvent` for each change of a collection of the API, in order, until the server ends the watch or `signal` aborts
 * it. What is not JSON is left out. Rejects where the server cannot be reached or does not answer 200.
 */
export async function openWatch<T>(
  server: ApiServer,
  path: string,
  onEvent: (event: WatchEvent<T>) => void,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(server.url + path)
  url.search = new URLSearchParams({ watch: 'true', timeoutSeconds: String(timeoutSeconds) }).toString()
  const options = await server.requestOptions()
  const response = await get(url, { ...options, signal })
  if (response.statusCode !== 200) {
    response.destroy()
    throw new Error(`expected status 200 for a watch of ${path}, got ${response.statusCode}`)
  }
  // The interface does not report what breaks its input; without a listener that would end the process.
  response.on('error', () => undefined)
  for await (const line of createInterface({ input: response })) {
    const event = findJson(line) as WatchEvent<T> | undefined
    if (event !== undefined) onEvent(event)
  }
}

async function get(url: URL, options: https.RequestOptions): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  const request = (url.protocol === 'https:' ? https : http).get(url, options, resolve)
  request.on('error', reject)
  return promise
}
