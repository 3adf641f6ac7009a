import { once } from 'node:events'
import type { ClientRequest } from 'node:http'
import type { RequestTimer } from './request-timer.ts'

/** A body of known size that is sent as it is read, and never held as a whole. */
export interface StreamedBody {
  readonly sizeBytes: number
  /** Reads it from its beginning; called again where the request is sent again. */
  readonly open: () => AsyncIterable<Uint8Array>
}

export const isStreamed = (body: Uint8Array | StreamedBody): body is StreamedBody => 'open' in body

/**
 * Sends the body as fast as the host takes it; one that answers before the end is sent nothing more.
 *
 * @throws what the body throws, which ends the request
 */
export async function sendStreamed(body: StreamedBody, outgoing: ClientRequest, timer: RequestTimer): Promise<void> {
  const ended = new AbortController()
  const end = () => ended.abort()
  for (const event of ['response', 'error', 'close']) outgoing.once(event, end)
  outgoing.once('socket', () => timer.isStreamed())
  // Its socket would else wait for the rest for ever.
  outgoing.once('response', response => response.once('end', () => !outgoing.writableEnded && outgoing.destroy()))
  try {
    timer.rest()
    for await (const chunk of body.open()) {
      if (ended.signal.aborted) return
      timer.resume()
      if (!outgoing.write(chunk)) await once(outgoing, 'drain', { signal: ended.signal }).catch(() => undefined)
      timer.received(chunk.byteLength)
      timer.rest()
    }
    timer.resume()
    outgoing.once('finish', () => timer.streamed())
    outgoing.end()
  } catch (error) {
    outgoing.destroy()
    throw error
  }
}
