import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { UnavailableError } from '../../errors.ts'
import { type BodyLimits, refuseBody, tooLarge } from './body.ts'
import type { RequestTimer } from './request-timer.ts'

/** An answer whose body is read as it comes, once. */
export interface StreamedAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Ends only with the whole body; else it throws. */
  readonly chunks: AsyncIterable<Uint8Array>
}

interface StreamLimits extends BodyLimits {
  /** One of our families for whatever a socket throws. */
  readonly translate: (error: unknown) => Error
}

/** The body, with the limits of {@link readBody}; the host's time stands still while the reader is busy. */
export async function* chunksOf(
  response: IncomingMessage,
  timer: RequestTimer,
  limits: StreamLimits,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0
  try {
    refuseBody(response, limits)
    for await (const chunk of response as AsyncIterable<Buffer>) {
      limits.onBytes(chunk.byteLength)
      sizeBytes += chunk.byteLength
      if (sizeBytes > limits.maxBytes) throw tooLarge(limits, 'more')
      timer.rest()
      yield chunk
      timer.resume()
    }
    if (!response.complete)
      throw new UnavailableError(`${limits.what}: expected the whole body, got ${sizeBytes} bytes of it`, {
        kind: 'network',
      })
  } catch (error) {
    throw limits.translate(error)
  }
}
