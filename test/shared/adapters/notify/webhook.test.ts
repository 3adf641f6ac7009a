import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { postMessage } from '../../../../shared/adapters/notify/webhook.ts'
import { outside } from '../../../../shared/domain/notifications/message.ts'
import type { WebhookReceiver } from '../../../../shared/domain/notifications/receiver.ts'
import { AccessDeniedError, InvalidInputError, UnavailableError } from '../../../../shared/errors.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { type ReceiverServer, startReceiver } from '../../../support/receiver-server.ts'

const path = '/services/T0/B0/verysecret'
const message = { title: ['Hello'], lines: [['line']] }
const waits: number[] = []
const clock = { now: () => new Date(), sleep: async (ms: number) => void waits.push(ms), random: () => 0 }
let server: ReceiverServer
let receiver: WebhookReceiver

beforeAll(async () => {
  server = await startReceiver()
  const { host: privateHost, ca } = server
  receiver = { kind: 'slack', name: 'shop', secret: 's', namespaces: ['*'], privateHost, ca }
})
beforeEach(() => {
  server.answers.length = 0
  server.posted.length = 0
  waits.length = 0
})
afterAll(() => server.close())

const bodies = () => server.posted.map(({ body }) => JSON.parse(body))
const post = (to = receiver, url = `https://${server.host}${path}`) =>
  postMessage(to, message, { clock, secrets: { findSecret: async () => url } })

it('posts the message once', async () => {
  await post()

  expect(bodies().map(({ text }) => text)).toEqual(['*Hello*\nline'])
})

it('waits as long as a 429 asks, and sends again', async () => {
  server.answers.push({ status: 429, headers: { 'retry-after': '2' } })

  await post()

  expect([server.posted.length, waits]).toEqual([2, [2000]])
})

it('leaves it to a later run where a 429 asks for longer', async () => {
  server.answers.push({ status: 429, headers: { 'retry-after': '600' } })

  expect(await failureOf(post())).toBeInstanceOf(UnavailableError)
  expect(server.posted).toHaveLength(1)
})

it('tells a message that is refused from a webhook that is gone, and never says the URL', async () => {
  server.answers.push(
    { status: 400, text: 'invalid_payload' },
    { status: 404, text: 'no_service' },
    { status: 302, headers: { location: 'https://elsewhere.example.com/' } },
  )

  const errors = [await failureOf(post()), await failureOf(post()), await failureOf(post())]

  expect(errors[0]).toBeInstanceOf(InvalidInputError)
  expect(errors[1]).toBeInstanceOf(AccessDeniedError)
  expect(errors[2]).toBeInstanceOf(AccessDeniedError)
  expect(errors.map(String).join()).toMatch(/400 invalid_payload.*404 no_service.*302/)
  expect(errors.map(String).join()).not.toContain('verysecret')
  expect(server.posted).toHaveLength(3)
})

it('sends nothing to an address inside that the settings do not name, nor without TLS', async () => {
  const { privateHost: _, ...stranger } = receiver

  expect(await failureOf(post(stranger))).toBeInstanceOf(AccessDeniedError)
  expect(await failureOf(post(stranger, `https://10.0.0.1${path}`))).toBeInstanceOf(AccessDeniedError)
  expect(await failureOf(post(receiver, `http://${server.host}${path}`))).toBeInstanceOf(AccessDeniedError)
  expect(server.posted).toEqual([])
})

it('says nothing of the URL where a certificate is of no known authority', async () => {
  const { ca: _, ...trusting } = receiver

  const error = await failureOf(post(trusting))

  expect(error).toBeInstanceOf(UnavailableError)
  expect(`${error} ${(error as Error).cause}`).not.toContain('verysecret')
})

describe('a workflow of Teams', () => {
  const workflow = '/workflows/abc/triggers/manual/paths/invoke?api-version=2016-06-01&sig=verysecret'
  const refusal = (code: string, message: string) => JSON.stringify({ error: { code, message } })
  const send = (text = 'a_b_c') =>
    postMessage(
      { ...receiver, kind: 'teams' },
      { title: ['Hello ', outside(text)], lines: [['line']] },
      { clock, secrets: { findSecret: async () => `https://${server.host}${workflow}` } },
    )

  it('gets one card whose names stand in text runs, and answers 202 with nothing', async () => {
    await send('**[x](https://evil)** {{DATE()}}')

    const [{ path: asked, contentType } = { path: '', contentType: '' }] = server.posted
    expect([asked, contentType]).toEqual([workflow, 'application/json; charset=utf-8'])
    const [body] = bodies()
    expect(body.attachments).toHaveLength(1)
    const [title] = body.attachments[0].content.body
    expect(title.inlines.map(({ text }: { text: string }) => text)).toEqual([
      'Hello ',
      '**[x](https://evil)** {{DATE()}}',
    ])
  })

  it('that is gone, or wants a login, refuses all, and says why by its word alone', async () => {
    server.answers.push(
      { status: 404, text: refusal('WorkflowNotFound', `the workflow of ${workflow} could not be found`) },
      { status: 401, text: refusal('DirectApiAuthorizationRequired', 'the request must be authenticated') },
      { status: 403, text: '<html>blocked by a proxy</html>' },
    )

    const errors = [await failureOf(send()), await failureOf(send()), await failureOf(send())]

    expect(errors.map(error => error instanceof AccessDeniedError)).toEqual([true, true, true])
    expect(errors.map(String).join()).toMatch(/404 WorkflowNotFound;.*401 DirectApiAuthorizationRequired;.*403;/)
    expect(errors.map(String).join()).not.toMatch(/verysecret|html/)
  })

  it('that does not take one message may take the next', async () => {
    server.answers.push({ status: 400, text: refusal('TriggerInputSchemaMismatch', 'the input is of another type') })

    const error = await failureOf(send())
    await send()

    expect(error).toBeInstanceOf(InvalidInputError)
    expect(String(error)).toContain('400 TriggerInputSchemaMismatch')
    expect(server.posted).toHaveLength(2)
  })

  it('that is down is asked three times, and left to a later run', async () => {
    server.answers.push({ status: 502 }, { status: 503 }, { status: 502, text: refusal('NoResponse', 'no answer') })

    expect(await failureOf(send())).toBeInstanceOf(UnavailableError)
    expect(server.posted).toHaveLength(3)
  })
})
