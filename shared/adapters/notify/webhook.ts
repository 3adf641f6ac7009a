import * as z from 'zod'
import { findJson } from '../../domain/json.ts'
import { slackBody, teamsBody } from '../../domain/notifications/forms.ts'
import type { Message } from '../../domain/notifications/message.ts'
import type { WebhookReceiver } from '../../domain/notifications/receiver.ts'
import { AccessDeniedError, InvalidInputError, ShelflifeError, UnavailableError } from '../../errors.ts'
import type { SecretStore } from '../../ports/platform.ts'
import { createHttpClient, type HttpResponse } from '../http/client.ts'
import { unavailableKindOf } from '../http/failures.ts'
import { type Clock, type RetryPolicy, retrying } from '../http/retry.ts'
import { retryAfterMsOf } from '../http/retry-after.ts'

/** Slack asks for a pause of a second or so after each burst; what takes longer is for the next run. */
const retryPolicy: RetryPolicy = {
  tries: 3,
  firstDelayMs: 500,
  maxDelayMs: 5_000,
  maxRetryAfterMs: 10_000,
  deadlineMs: 25_000,
}
const timeoutMs = 10_000
/** Of an answer nothing is read but a word that says what is wrong. */
const maxAnswerBytes = 64 * 1024

export interface WebhookDeps {
  readonly secrets: Pick<SecretStore, 'findSecret'>
  readonly clock: Clock
}

/** Posts a message to the URL that the receiver's secret holds, over https and to a public address unless the settings name the host. */
export async function postMessage(receiver: WebhookReceiver, message: Message, deps: WebhookDeps): Promise<void> {
  const url = await addressOf(receiver, deps.secrets)
  const body = Buffer.from(JSON.stringify(receiver.kind === 'slack' ? slackBody(message) : teamsBody(message)))
  const client = createHttpClient({
    trustedHosts: receiver.privateHost === undefined ? [] : [receiver.privateHost],
    refusePrivateAddresses: true,
    ca: receiver.ca,
    maxSockets: 1,
  })
  const post = async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const request = { method: 'POST', url, headers, body, timeoutMs, maxBodyBytes: maxAnswerBytes } as const
    const answer = await client.send(request).catch((error: unknown) => {
      throw withoutUrl(receiver, url, error)
    })
    refuse(receiver, url, answer, deps.clock)
  }
  try {
    await retrying(post, { policy: retryPolicy, clock: deps.clock, mayRetry: isUndelivered })
  } finally {
    client.close()
  }
}

/** A time-out may be of a message that was taken: it is left to the next run, so that a slow receiver hears it once or twice and no more. */
const isUndelivered = ({ kind, stalled }: UnavailableError): boolean =>
  kind !== 'timeout' && kind !== 'tls' && stalled === undefined

async function addressOf({ name, secret }: WebhookReceiver, secrets: WebhookDeps['secrets']): Promise<URL> {
  const text = (await secrets.findSecret(secret))?.trim()
  const url = text === undefined ? null : URL.parse(text)
  if (url?.protocol === 'https:') return url
  const came = text === undefined ? 'found no secret' : `got ${url === null ? 'no URL' : `one of ${url.protocol}`}`
  throw new AccessDeniedError(
    `receiver ${name}: expected the secret ${secret} to hold the https URL of its webhook, ${came}; write the URL into it`,
    { kind: 'missing' },
  )
}

const placeOf = ({ name }: WebhookReceiver, { host }: URL): string => `receiver ${name} at ${host}`

/** The path of the URL is its secret, and the errors of the client name it: their text and cause are left behind. */
function withoutUrl(receiver: WebhookReceiver, url: URL, error: unknown): Error {
  const place = placeOf(receiver, url)
  if (error instanceof UnavailableError) {
    const { kind, retryAfterMs, stalled } = error
    return new UnavailableError(`${place}: expected an answer, got none (${stalled ?? kind})`, {
      kind,
      retryAfterMs,
      stalled,
    })
  }
  if (error instanceof InvalidInputError)
    return new AccessDeniedError(
      `${place}: expected a public address and a short answer, got another; where an address inside is meant, name the host as notifications[].privateHost in the settings`,
    )
  return error instanceof ShelflifeError ? error : new Error(`${place}: expected an answer, got an error of the client`)
}

/** These say that of this message something is wrong; all else that is refused is wrong with the receiver. */
const ofMessage = [400, 413, 422]

function refuse(receiver: WebhookReceiver, url: URL, { status, headers, body }: HttpResponse, clock: Clock): void {
  if (status >= 200 && status < 300) return
  const place = placeOf(receiver, url)
  const kind = unavailableKindOf(status)
  if (kind !== undefined) {
    const retryAfterMs = retryAfterMsOf(headers, clock.now())
    throw new UnavailableError(`${place}: expected an answer, got ${status}`, { kind, retryAfterMs })
  }
  const said = `${place}: expected that it takes the message, got ${status}${wordOf(body)}`
  if (ofMessage.includes(status)) throw new InvalidInputError(said)
  const hint = status < 400 ? 'a redirect is not followed' : 'the webhook may be gone'
  throw new AccessDeniedError(`${said}; ${hint}: make a new one, and write its URL into the secret ${receiver.secret}`)
}

const workflowError = z.object({ error: z.object({ code: z.string() }) })

/**
 * `invalid_payload` and `no_service` of Slack, `WorkflowNotFound` of a workflow's JSON: a page of HTML, or what might repeat
 * the URL, is none.
 */
function wordOf(body: Buffer): string {
  const text = body.toString('utf8').trim()
  const word = workflowError.safeParse(findJson(text)).data?.error.code ?? text
  return /^[A-Za-z_]{1,60}$/.test(word) ? ` ${word}` : ''
}
