import type { IncomingMessage } from 'node:http'
import { InvalidInputError, UnavailableError } from '../../errors.ts'

export interface BodyLimits {
  readonly maxBytes: number
  /** Names the request in messages. */
  readonly what: string
  readonly isHead: boolean
  /** Called with each part of the body as it comes. */
  readonly onBytes: (sizeBytes: number) => void
}

/** For a body above the limit; `got` says how large. */
export const tooLarge = (limits: BodyLimits, got: string): InvalidInputError =>
  new InvalidInputError(`${limits.what}: expected at most ${limits.maxBytes} bytes, got ${got}`)

/**
 * The whole body, or a throw: a body that ends before its Content-Length, or in the middle of a chunk, is never handed on.
 *
 * @throws InvalidInputError above the limit and for a compressed body, which was not asked for
 */
export async function readBody(response: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  try {
    refuseBody(response, limits)
    return await collect(response, limits)
  } catch (error) {
    response.destroy()
    throw error
  }
}

/** @throws InvalidInputError for a body that by its headers is above the limit, or compressed */
export function refuseBody(response: IncomingMessage, limits: BodyLimits): void {
  const encoding = response.headers['content-encoding']
  // The answer to a HEAD announces a body that does not come; it must still be read, or its socket is never free again.
  const announced = limits.isHead ? 0 : Number(response.headers['content-length'] ?? 0)
  if (encoding !== undefined && encoding !== 'identity' && !limits.isHead)
    throw new InvalidInputError(`${limits.what}: expected a body as it is, got content-encoding ${encoding}`)
  if (announced > limits.maxBytes) throw tooLarge(limits, `${announced}`)
}

async function collect(response: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    limits.onBytes(chunk.byteLength)
    sizeBytes += chunk.byteLength
    if (sizeBytes > limits.maxBytes) throw tooLarge(limits, 'more')
    chunks.push(chunk)
  }
  if (!response.complete)
    throw new UnavailableError(`${limits.what}: expected the whole body, got ${sizeBytes} bytes of it`, {
      kind: 'network',
    })
  return Buffer.concat(chunks)
}
