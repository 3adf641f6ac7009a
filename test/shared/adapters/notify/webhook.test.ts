import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { loadIdentity } from '../../../../cli/embedded/kubernetes/certificates.ts'
import { postMessage } from '../../../../shared/adapters/notify/webhook.ts'
import type { WebhookReceiver } from '../../../../shared/domain/notifications/receiver.ts'
import { AccessDeniedError, InvalidInputError, UnavailableError } from '../../../../shared/errors.ts'
import { failureOf } from '../../../support/failure-of.ts'

interface Answer {
  readonly status: number
  readonly text?: string
  readonly headers?: Record<string, string>
}

const path = '/services/T0/B0/verysecret'
const message = { title: ['Hello'], lines: [['line']] }
const waits: number[] = []
const clock = { now: () => new Date(), sleep: async (ms: number) => void waits.push(ms), random: () => 0 }
let answers: Answer[] = []
let bodies: string[] = []
let receiver: WebhookReceiver
let close: () => void
let host: string

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-notify-'))
  const identity = await loadIdentity(join(folder, 'identity'))
  const server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString())
      const { status, text = '', headers = {} } = answers.shift() ?? { status: 200, text: 'ok' }
      response.writeHead(status, headers).end(text)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  receiver = { kind: 'slack', name: 'shop', secret: 's', namespaces: ['*'], privateHost: host, ca: identity.authority }
  close = () => {
    server.close()
    server.closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
  }
})
beforeEach(() => {
  answers = []
  bodies = []
  waits.length = 0
})
afterAll(() => close())

const post = (to = receiver, url = `https://${host}${path}`) =>
  postMessage(to, message, { clock, secrets: { findSecret: async () => url } })

it('posts the message once', async () => {
  await post()

  expect(bodies.map(body => JSON.parse(body).text)).toEqual(['*Hello*\nline'])
})

it('waits as long as a 429 asks, and sends again', async () => {
  answers = [{ status: 429, headers: { 'retry-after': '2' } }]

  await post()

  expect([bodies.length, waits]).toEqual([2, [2000]])
})

it('leaves it to a later run where a 429 asks for longer', async () => {
  answers = [{ status: 429, headers: { 'retry-after': '600' } }]

  expect(await failureOf(post())).toBeInstanceOf(UnavailableError)
  expect(bodies).toHaveLength(1)
})

it('tells a message that is refused from a webhook that is gone, and never says the URL', async () => {
  answers = [
    { status: 400, text: 'invalid_payload' },
    { status: 404, text: 'no_service' },
    { status: 302, headers: { location: 'https://elsewhere.example.com/' } },
  ]

  const errors = [await failureOf(post()), await failureOf(post()), await failureOf(post())]

  expect(errors[0]).toBeInstanceOf(InvalidInputError)
  expect(errors[1]).toBeInstanceOf(AccessDeniedError)
  expect(errors[2]).toBeInstanceOf(AccessDeniedError)
  expect(errors.map(String).join()).toMatch(/400 invalid_payload.*404 no_service.*302/)
  expect(errors.map(String).join()).not.toContain('verysecret')
  expect(bodies).toHaveLength(3)
})

it('sends nothing to an address inside that the settings do not name, nor without TLS', async () => {
  const { privateHost: _, ...stranger } = receiver

  expect(await failureOf(post(stranger))).toBeInstanceOf(AccessDeniedError)
  expect(await failureOf(post(stranger, `https://10.0.0.1${path}`))).toBeInstanceOf(AccessDeniedError)
  expect(await failureOf(post(receiver, `http://${host}${path}`))).toBeInstanceOf(AccessDeniedError)
  expect(bodies).toEqual([])
})

it('says nothing of the URL where a certificate is of no known authority', async () => {
  const { ca: _, ...trusting } = receiver

  const error = await failureOf(post(trusting))

  expect(error).toBeInstanceOf(UnavailableError)
  expect(`${error} ${(error as Error).cause}`).not.toContain('verysecret')
})
