import { createHash, timingSafeEqual } from 'node:crypto'
import type { Hint, LifecycleEventType } from '../../shared/domain/events.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { EventPublisher } from '../../shared/ports/messaging.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import type { Settings, WebhookSettings } from '../../shared/settings.ts'
import { webhookRoutes } from '../../shared/wiring.ts'
import { distribution } from './providers/distribution.ts'
import { harbor } from './providers/harbor.ts'
import type { ProviderHint, WebhookProvider } from './providers/provider.ts'

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

export interface WebhookDeps {
  readonly settings: Settings
  readonly secrets: SecretStore
  readonly events: EventPublisher
}

const maxBodyBytes = 256 * 1024
const providers: Readonly<Record<WebhookSettings['provider'], WebhookProvider>> = { distribution, harbor }

/**
 * Turns a registry's webhook into hints: size, then secret, then payload, in this order, so that nothing of a stranger
 * is ever parsed. The registry is the one whose secret was presented.
 */
export async function receiveWebhook(request: WebhookRequest, deps: WebhookDeps): Promise<WebhookResponse> {
  const name = webhookRoutes[request.path]
  if (name === undefined)
    return answer(404, `expected one of ${Object.keys(webhookRoutes).join(', ')}, got ${JSON.stringify(request.path)}`)
  if (request.method !== 'POST') return answer(405, `expected POST, got ${request.method}`)
  if (request.body.byteLength > maxBodyBytes)
    return answer(413, `expected at most ${maxBodyBytes} bytes, got ${request.body.byteLength}`)
  const registry = await authenticate(providers[name], name, request.headers, deps)
  if (registry === undefined)
    return answer(
      401,
      `expected the secret of a ${name} webhook in the authorization header; see webhooks in the settings`,
    )
  const hints = parseHints(providers[name], request.body)
  if (hints instanceof InvalidInputError) return answer(400, hints.message)
  await publish(registry, hints, deps.events)
  return answer(202, hints.length === 0 ? 'nothing here concerns images' : `${hints.length} hints`)
}

const answer = (statusCode: number, message: string): WebhookResponse => ({ statusCode, message })

/** The registry whose secret was presented; undefined when none matches. Every secret is compared, in constant time. */
async function authenticate(
  provider: WebhookProvider,
  name: string,
  headers: WebhookRequest['headers'],
  deps: WebhookDeps,
): Promise<string | undefined> {
  const presented = provider.presented(headers)
  if (presented === undefined) return undefined
  let registry: string | undefined
  for (const webhook of deps.settings.webhooks.filter(one => one.provider === name)) {
    const secret = await deps.secrets.findSecret(webhook.secret)
    if (secret && isSame(presented, provider.expected(secret))) registry = webhook.registry
  }
  return registry
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
const isSame = (a: string, b: string): boolean => timingSafeEqual(sha256(a), sha256(b))

function parseHints(provider: WebhookProvider, body: Uint8Array): ProviderHint[] | InvalidInputError {
  try {
    return provider.parseHints(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)))
  } catch (error) {
    if (error instanceof InvalidInputError) return error
    return new InvalidInputError('expected a JSON payload in UTF-8', { cause: error })
  }
}

/** The same resource named twice in one payload is one hint. */
async function publish(registry: string, hints: readonly ProviderHint[], events: EventPublisher): Promise<void> {
  const once = new Map(hints.map(hint => [JSON.stringify(hint), hint]))
  const byType = Map.groupBy(once.values(), hint => hint.type)
  for (const [type, group] of byType as Map<LifecycleEventType & ProviderHint['type'], ProviderHint[]>)
    await events.publishEvents(
      type,
      group.map(({ type: _, ...where }): Hint => ({ registry, ...where })),
    )
}
