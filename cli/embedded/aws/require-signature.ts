import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { AccessKey } from '../access-key.ts'
import { type JsonService, errorResponse as jsonErrorResponse, serviceOf } from './json-protocol.ts'
import { errorResponse as s3ErrorResponse } from './s3.ts'
import { isSigned, readClaim, type SignatureClaim, type SignatureFault } from './signature.ts'
import { unsignedError } from './unsigned-error.ts'

interface Env {
  Bindings: HttpBindings
  Variables: { claim: SignatureClaim }
}

interface RequireSignatureOptions {
  readonly accessKey: AccessKey
  readonly services: readonly JsonService[]
  /** Of a body; a larger one is answered with 413. */
  readonly maxBytes: number
}

/** Lets through what is signed with the key. Without the key no body is read, and without the right body nothing is done. */
export const requireSignature = ({ accessKey, services, maxBytes }: RequireSignatureOptions): Hono<Env> => {
  const app = new Hono<Env>()
  app.use(async (c, next) => {
    const claim = readClaim(accessKey, c.env.incoming)
    if (typeof claim === 'string') return refuse(services, c, claim)
    c.set('claim', claim)
    return next()
  })
  app.use(bodyLimit({ maxSize: maxBytes }))
  app.use(async (c, next) => {
    const body = new Uint8Array(await c.req.arrayBuffer())
    return (await isSigned(accessKey, c.get('claim'), c.env.incoming, body)) ? next() : refuse(services, c, 'mismatch')
  })
  return app
}

const refuse = (services: readonly JsonService[], c: Context<Env>, fault: SignatureFault): Response => {
  const target = c.req.header('x-amz-target')
  if (target === undefined) return s3ErrorResponse(unsignedError('s3', fault), c)
  const service = serviceOf(services, target)
  const error = unsignedError(service?.isQueryCompatible ? 'query-compatible' : 'json', fault)
  return jsonErrorResponse(error, service, c.req.header('content-type') ?? 'application/x-amz-json-1.1')
}
