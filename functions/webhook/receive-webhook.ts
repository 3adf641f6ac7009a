import { InvalidInputError } from '../../shared/errors.ts'
import type { EventPublisher } from '../../shared/ports/messaging.ts'
import type { WebhookSettings } from '../../shared/settings.ts'
import { webhookRoutes } from '../../shared/wiring.ts'
import { findSenders, type Sender, type SenderDeps } from './find-senders.ts'
import { distribution } from './providers/distribution.ts'
import { harbor } from './providers/harbor.ts'
import type { ParsedPayload, WebhookProvider } from './providers/provider.ts'
import { publishHints } from './publish-hints.ts'

export interface WebhookRequest {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

export interface WebhookResponse {
  readonly statusCode: number
  readonly message: string
}

export interface WebhookDeps extends SenderDeps {
  readonly events: EventPublisher
}

const maxBodyBytes = 256 * 1024
const providers: Readonly<Record<WebhookSettings['provider'], WebhookProvider>> = { distribution, harbor }

/**
 * Turns a registry's webhook into hints: size, then secret, then payload, in this order, so that nothing of a stranger
 * is ever parsed. The registry is the one whose secret was presented.
 */
export async function receiveWebhook(request: WebhookRequest, deps: WebhookDeps): Promise<WebhookResponse> {
  const name = webhookRoutes[request.path.replace(/(?<=.)\/$/, '')]
  // The path itself is in the log, and may be as long as a stranger likes.
  if (name === undefined)
    return answer(404, `expected one of ${Object.keys(webhookRoutes).join(', ')}, got another path`)
  if (request.method !== 'POST') return answer(405, `expected POST, got ${request.method}`)
  if (request.body.byteLength > maxBodyBytes)
    return answer(413, `expected at most ${maxBodyBytes} bytes, got ${request.body.byteLength}`)
  const senders = await authenticate(name, request.headers, deps)
  if (senders.length === 0)
    return answer(
      401,
      `expected the secret of a ${name} webhook in the authorization header; see webhooks in the settings`,
    )
  const parsed = parseBody(providers[name], request.body)
  if (parsed instanceof InvalidInputError) return answer(400, parsed.message)
  const { parts, notUnderstood, hints, isTest } = parsed
  const [first] = notUnderstood
  if (first !== undefined && notUnderstood.length === parts) return answer(400, `${name} payload: ${first}`)
  const done = isTest ? 'this webhook works' : await publishHints(senders, hints, deps)
  if (first === undefined) return answer(202, done)
  const left = { notUnderstood: notUnderstood.length, parts, first }
  deps.log.warn('parts of a payload not understood: the others count', {
    provider: name,
    registries: senders.map(({ registry }) => registry),
    ...left,
  })
  return answer(202, `${done}; ${left.notUnderstood} of ${parts} not understood, the first: ${first}`)
}

const answer = (statusCode: number, message: string): WebhookResponse => ({ statusCode, message })

async function authenticate(
  name: WebhookSettings['provider'],
  headers: WebhookRequest['headers'],
  deps: WebhookDeps,
): Promise<Sender[]> {
  const { expected, presented: presentedOf } = providers[name]
  const presented = presentedOf(headers)
  if (presented === undefined) return []
  const webhooks = deps.settings.webhooks.filter(({ provider }) => provider === name)
  return findSenders({ presented, expected }, webhooks, deps)
}

function parseBody(provider: WebhookProvider, body: Uint8Array): ParsedPayload | InvalidInputError {
  try {
    return provider.parsePayload(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)))
  } catch (error) {
    if (error instanceof InvalidInputError) return error
    return new InvalidInputError('expected a JSON payload in UTF-8', { cause: error })
  }
}
