import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { WebhookRequest } from '../../functions/webhook/receive-webhook.ts'
import type { WebhookProviderName } from '../../shared/domain/webhook-provider.ts'
import { webhookFixture } from './webhook-fixture.ts'

/** A secret that may be in an address. */
export const senderSecret = '0123456789abcdef0123456789abcdef'
export const senderRegistry = 'registry.example.com'

/** Every sender but the one that signs with keys of its own. */
export type SecretSender = Exclude<WebhookProviderName, 'google'>

/** One registry that each of them may be. */
export const senderFixture =
  (secret = senderSecret, rest: object = {}) =>
  (provider: SecretSender) =>
    webhookFixture({ hook: secret }, [{ provider, registry: senderRegistry, secret: 'hook', ...rest }])

export const hexOf = (algorithm: string, body: string | Uint8Array, secret = senderSecret): string =>
  createHmac(algorithm, secret).update(body).digest('hex')

type Presenting = (
  body: Uint8Array,
  secret: string,
) => { readonly headers?: Record<string, string>; readonly end?: string }

/** What each sender's own code sends beside the body. */
const presenting: Readonly<Record<SecretSender, Presenting>> = {
  distribution: (_, secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
  harbor: (_, secret) => ({ headers: { authorization: secret } }),
  dockerhub: (_, secret) => ({ end: `/${secret}` }),
  quay: (_, secret) => ({ end: `/${secret}` }),
  aliyun: (_, secret) => ({ end: `/${secret}` }),
  acr: (_, secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
  zot: (_, secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
  jfrog: (_, secret) => ({ headers: { 'x-jfrog-event-auth': secret } }),
  nexus: (body, secret) => ({
    headers: {
      'x-nexus-webhook-signature': hexOf('sha1', body, secret),
      'x-nexus-webhook-id': 'rm:repository:component',
    },
  }),
  ghcr: (body, secret) => ({
    headers: {
      'x-hub-signature': `sha1=${hexOf('sha1', body, secret)}`,
      'x-hub-signature-256': `sha256=${hexOf('sha256', body, secret)}`,
    },
  }),
  gitea: (body, secret) => ({
    headers: {
      'x-gitea-signature': hexOf('sha256', body, secret),
      'x-hub-signature': `sha1=${hexOf('sha1', body, secret)}`,
      'x-hub-signature-256': `sha256=${hexOf('sha256', body, secret)}`,
      'x-gitea-event': 'package',
      'x-github-event': 'package',
    },
  }),
  generic: (body, secret) => ({ headers: { 'x-signature': `sha256=${hexOf('sha256', body, secret)}` } }),
}

interface Sent {
  readonly secret?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A delivery as the sender makes it. */
export function fromSender(
  provider: SecretSender,
  body: unknown,
  { secret = senderSecret, headers = {} }: Sent = {},
): WebhookRequest {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const { headers: own = {}, end = '' } = presenting[provider](bytes, secret)
  return {
    method: 'POST',
    path: `/webhook/${provider}${end}`,
    headers: { 'content-type': 'application/json', ...own, ...headers },
    body: bytes,
  }
}

/** What a sender sent, by the name of the case. */
export function sentBy(provider: WebhookProviderName, name: string): Record<string, unknown> {
  const file = new URL(`../fixtures/webhooks/${provider}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))[name]
}
