import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { AccessKey } from '../access-key.ts'
import { isSigned, readClaim, type SignatureFault } from './signature.ts'
import { unsignedError } from './unsigned-error.ts'

/** What DynamoDB itself takes. */
const maxRequestBytes = 16 * 1024 * 1024

/**
 * Stands before an engine that takes any signature. It is handed the whole body at once, so a client that goes away while
 * it sends never gets as far: the engine would throw, which would end the whole host.
 */
export const signedListener =
  (accessKey: AccessKey, engine: RequestListener): RequestListener =>
  (request, response) => {
    admit(accessKey, engine, request, response).catch(() => response.destroy())
  }

const admit = async (
  accessKey: AccessKey,
  engine: RequestListener,
  request: IncomingMessage,
  response: Parameters<RequestListener>[1],
): Promise<void> => {
  const claim = readClaim(accessKey, request)
  if (typeof claim === 'string') return refuse(response, claim)
  const body = await readBody(request)
  if (body === undefined) return void response.writeHead(413, { connection: 'close' }).end()
  if (!(await isSigned(accessKey, claim, request, body))) return refuse(response, 'mismatch')
  const { method, url, headers, socket } = request
  const replay = Readable.from(body.length === 0 ? [] : [body], { objectMode: false })
  engine(Object.assign(replay, { method, url, headers, socket }) as unknown as IncomingMessage, response)
}

/** Undefined where it is too large, as soon as that is known. */
const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let size = 0
  // Left open when this ends early: the answer still has to go out.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length
    if (size > maxRequestBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const refuse = (response: ServerResponse, fault: SignatureFault): void => {
  const { code, message, status } = unsignedError('json', fault)
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message })
  // Closed, so that what the client still wants to send is never read.
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', connection: 'close' }).end(body)
}
