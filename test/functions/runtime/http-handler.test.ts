import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { invocationContext } from '../../../cli/embedded/invocation-context.ts'
import { httpHandler } from '../../../functions/runtime/http-handler.ts'
import {
  AccessDeniedError,
  ConflictError,
  InvalidInputError,
  NotFoundError,
  UnavailableError,
} from '../../../shared/errors.ts'

// Node writes the lines of the log past the console of this test.
beforeEach(() => void vi.spyOn(process.stderr, 'write').mockReturnValue(true))
afterEach(() => void vi.restoreAllMocks())

const said = 'the secret shop/token'
const event = { headers: {}, requestContext: { http: { method: 'POST', path: '/' } } }
const call = (handle: Parameters<typeof httpHandler>[1]) =>
  // What the other fields of the event are makes no difference.
  httpHandler('webhook', handle)(event as never, invocationContext('webhook'))

it.each([
  [new InvalidInputError(said), 400, true],
  [new NotFoundError(said), 404, true],
  [new ConflictError(said), 409, true],
  [new AccessDeniedError(said), 502, false],
  [new UnavailableError(said, { kind: 'server' }), 503, false],
  [new Error(said), 500, false],
])('answers %s with %i', async (error, statusCode, isTold) => {
  const answer = await call(async () => {
    throw error
  })

  expect(answer).toMatchObject({ statusCode, headers: { 'content-type': 'application/json' } })
  const { message } = JSON.parse(answer.body ?? '')
  expect(message).toMatch(/\w/)
  expect(message.includes(said)).toBe(isTold)
})

it('says when to come again', async () => {
  const answer = await call(async () => {
    throw new UnavailableError(said, { kind: 'rate-limited', retryAfterMs: 1500 })
  })

  expect(answer.headers).toMatchObject({ 'retry-after': '2' })
})

it('gives the request without the form of Lambda', async () => {
  const answer = await call(async ({ method, path, body }) => ({
    statusCode: 202,
    message: `${method} ${path} ${body.byteLength}`,
  }))

  expect(answer).toMatchObject({ statusCode: 202, body: '{"message":"POST / 0"}' })
})

it.each([
  { headers: undefined },
  { headers: null },
  { headers: [] },
  { headers: ['authorization'] },
  { headers: 'authorization' },
  { headers: { authorization: ['Bearer t0ken'] } },
  { headers: { authorization: 5 } },
  { headers: { authorization: null } },
])('answers 400 to %j, headers of another form', async ({ headers }) => {
  const handler = httpHandler('webhook', async ({ headers }) => ({
    statusCode: 202,
    message: headers.authorization?.toUpperCase() ?? '',
  }))

  const answer = await handler({ ...event, headers } as never, invocationContext('webhook'))

  expect(answer).toMatchObject({ statusCode: 400, body: expect.stringContaining('headers: expected') })
})

it.each([
  ['gzip', true],
  ['deflate, gzip;q=0.8', true],
  ['gzip;q=0', false],
  [undefined, false],
])('sends a long text to who accepts %s, compressed: %s', async (accepted, isPacked) => {
  const text = 'image_sync_total 1\n'.repeat(1_000)
  const handler = httpHandler('metrics', async () => ({ statusCode: 200, text, contentType: 'text/plain' }))
  const headers = accepted === undefined ? {} : { 'accept-encoding': accepted }

  const answer = await handler({ ...event, headers } as never, invocationContext('metrics'))

  expect(answer.isBase64Encoded ?? false).toBe(isPacked)
  expect(answer.headers?.['content-encoding']).toBe(isPacked ? 'gzip' : undefined)
  expect(isPacked ? gunzipSync(Buffer.from(answer.body ?? '', 'base64')).toString() : answer.body).toBe(text)
})
