import { hasSecretInAddress, type WebhookProviderName } from '../../shared/domain/webhook-provider.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { PushTokens } from '../../shared/ports/push-tokens.ts'
import { canonicalHost, canonicalPath, type Settings } from '../../shared/settings.ts'
import { webhookRoutes } from '../../shared/wiring.ts'
import { maxBodyBytesOf } from './body-limit.ts'
import { findSenders, type Sender, type SenderDeps } from './find-senders.ts'
import { findTokenSenders } from './find-token-senders.ts'
import type { DeliveryNotes } from './note-deliveries.ts'
import type { Delivery, Headers, ParsedPayload, WebhookProvider } from './providers/provider.ts'
import { providers } from './providers.ts'
import { type PublishDeps, publishHints } from './publish-hints.ts'
import { type Route, routeOf } from './route.ts'

export interface WebhookRequest {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: Uint8Array
}

export interface WebhookResponse {
  readonly statusCode: number
  readonly message: string
}

export interface WebhookDeps extends SenderDeps, Omit<PublishDeps, 'note' | 'canonicalPath'> {
  readonly settings: Settings
  readonly tokens: PushTokens
  readonly notes: DeliveryNotes
  readonly now: () => Date
}

/**
 * Turns a registry's webhook into hints: size, then secret, then payload, in this order, so that nothing of a stranger
 * is ever parsed. The registry is the one whose secret was presented.
 */
export async function receiveWebhook(request: WebhookRequest, deps: WebhookDeps): Promise<WebhookResponse> {
  const route = routeOf(request.path)
  // The path itself may be as long as a stranger likes.
  if (route === undefined)
    return answer(404, `expected one of ${Object.keys(webhookRoutes).join(', ')}, got another path`)
  if (request.method !== 'POST') return answer(405, `expected POST, got ${request.method}`)
  const provider = providers[route.provider]
  const most = maxBodyBytesOf(request)
  if (request.body.byteLength > most)
    return answer(413, `expected at most ${most} bytes, got ${request.body.byteLength}`)
  const senders = await authenticate(route, request, deps)
  if (senders.length === 0) return answer(401, expectedProof(route.provider, provider))
  return take(route.provider, request, senders, deps)
}

const answer = (statusCode: number, message: string): WebhookResponse => ({ statusCode, message })

async function authenticate(
  { provider: name, addressSecret }: Route,
  { headers, body }: WebhookRequest,
  deps: WebhookDeps,
): Promise<Sender[]> {
  const { proof } = providers[name]
  const webhooks = deps.settings.webhooks.filter(({ provider }) => provider === name)
  if (proof === 'token') return findTokenSenders(headers, webhooks, deps.tokens)
  const presented = { headers, body, ...(addressSecret !== undefined && { addressSecret }) }
  return findSenders(presented, proof, webhooks, deps)
}

function expectedProof(name: WebhookProviderName, { proof }: WebhookProvider): string {
  if (proof === 'token')
    return `expected a token of the issuer of ${name}, for a serviceAccount and audience of webhooks in the settings`
  const address = hasSecretInAddress(name) ? `, /webhook/${name}/SECRET` : ''
  return `expected the secret of a webhook of ${name} ${proof.place}${address}; see webhooks in the settings`
}

/** What an authenticated sender says. */
async function take(
  name: WebhookProviderName,
  { headers, body }: WebhookRequest,
  senders: readonly Sender[],
  deps: WebhookDeps,
): Promise<WebhookResponse> {
  const pathOf = (store: string) => senders.map(sender => sender.pathOf(store)).find(path => path !== undefined)
  const parsed = parseBody(providers[name], body, { headers, receivedAt: deps.now(), pathOf })
  if (parsed instanceof InvalidInputError) return takeMisfit(name, parsed.message, senders, deps)
  const [first] = parsed.notUnderstood
  if (first !== undefined && parsed.notUnderstood.length === parsed.parts)
    return takeMisfit(name, `${name} payload: ${first}`, senders, deps)
  const concerned = concernedBy(parsed, senders, deps.settings)
  if (concerned.length === 0) return answer(202, `nothing here concerns ${senders.map(({ registry }) => registry)}`)
  const done = await publish(name, parsed, concerned, deps)
  if (first === undefined) return answer(202, done)
  const left = { notUnderstood: parsed.notUnderstood.length, parts: parsed.parts, first }
  deps.log.warn('parts of a payload not understood: the others count', {
    provider: name,
    registries: senders.map(({ registry }) => registry),
    ...left,
  })
  return answer(202, `${done}; ${left.notUnderstood} of ${left.parts} not understood, the first: ${first}`)
}

/** Of those who share a sender, the ones of whose registry it speaks here. */
const concernedBy = ({ host }: ParsedPayload, senders: readonly Sender[], settings: Settings): readonly Sender[] =>
  host === undefined ? senders : senders.filter(({ registry }) => registry === canonicalHost(settings, host))

async function publish(
  provider: WebhookProviderName,
  { hints, isTest }: ParsedPayload,
  senders: readonly Sender[],
  deps: WebhookDeps,
): Promise<string> {
  const { notes, log } = deps
  if (!isTest)
    return publishHints(senders, hints, {
      ...deps,
      canonicalPath: (registry, path) => canonicalPath(deps.settings, registry, path),
      note: (sender, what) => notes.note(sender, { provider, ...what }, log),
    })
  for (const sender of senders) await notes.note(sender, { provider, kind: 'test' }, log)
  return 'this webhook works'
}

/** Nothing of it is understood. A sender that a refusal would silence is told that it was taken. */
async function takeMisfit(
  provider: WebhookProviderName,
  problem: string,
  senders: readonly Sender[],
  { notes, log }: WebhookDeps,
): Promise<WebhookResponse> {
  for (const sender of senders) await notes.note(sender, { provider, kind: 'misfit', problem }, log)
  if (providers[provider].takesMisfits !== true) return answer(400, problem)
  log.warn('payload not understood: its event is lost, and the next full sync sees what it was of', {
    provider,
    registries: senders.map(({ registry }) => registry),
    problem,
  })
  return answer(202, `taken, and not understood: ${problem}`)
}

function parseBody(provider: WebhookProvider, body: Uint8Array, delivery: Delivery): ParsedPayload | InvalidInputError {
  try {
    return provider.parsePayload(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)), delivery)
  } catch (error) {
    if (error instanceof InvalidInputError) return error
    return new InvalidInputError(`expected a JSON payload in UTF-8${formText(delivery.headers)}`, { cause: error })
  }
}

/** What several senders choose where nobody else does. */
const formText = ({ 'content-type': type = '' }: Headers): string =>
  type.startsWith('application/x-www-form-urlencoded')
    ? ', got a form: choose application/json as the content type of the webhook'
    : ''
