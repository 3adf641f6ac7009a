import { readFileSync } from 'node:fs'
import type { WebhookLog } from '../../functions/webhook/find-senders.ts'
import type { WebhookDeps, WebhookRequest } from '../../functions/webhook/receive-webhook.ts'
import type { Hint, LifecycleEvents } from '../../shared/domain/events.ts'
import type { EventPublisher } from '../../shared/ports/messaging.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import { parseSettings, type SettingsInput } from '../../shared/settings.ts'

export type Published = { readonly type: string; readonly digest?: string } & Partial<Omit<Hint, 'digest'>> &
  LifecycleEvents['RepositorySynced']

/** A bus that accepts everything and keeps it in the order in which it came. */
export function recordingBus(): { readonly events: EventPublisher; readonly published: Published[] } {
  const published: Published[] = []
  return {
    published,
    events: {
      publishEvents: async (type, details) => {
        published.push(...details.map(detail => ({ type, ...detail })))
      },
    },
  }
}

/** Nobody listens. */
export const noEvents: EventPublisher = { publishEvents: async () => undefined }

interface Logged {
  readonly level: 'warn' | 'error'
  readonly message: string
  readonly [field: string]: unknown
}

/** A log that keeps what it is told. */
function recordingLog(): { readonly log: WebhookLog; readonly logged: Logged[] } {
  const logged: Logged[] = []
  const at = (level: Logged['level']) => (message: string, fields: Record<string, unknown>) =>
    void logged.push({ level, message, ...fields })
  return { logged, log: { warn: at('warn'), error: at('error') } }
}

export const secretsOf = (values: Readonly<Record<string, string>>): SecretStore & { readonly asked: string[] } => {
  const stored = new Map(Object.entries(values))
  const asked: string[] = []
  return {
    asked,
    findSecret: async id => {
      asked.push(id)
      return stored.get(id)
    },
    deleteSecret: async id => {
      stored.delete(id)
    },
    putSecret: async (id, value) => {
      stored.set(id, value)
    },
  }
}

/** Two distribution registries and one Harbor, each with a secret of its own. */
export function webhookFixture(
  secrets: Readonly<Record<string, string>> = defaultSecrets,
  webhooks: SettingsInput['webhooks'] = defaultWebhooks,
) {
  const bus = recordingBus()
  const store = secretsOf(secrets)
  const { log, logged } = recordingLog()
  const deps = { settings: parseSettings({ webhooks }), secrets: store, events: bus.events, log, ...untold }
  return { deps, published: bus.published, asked: store.asked, logged }
}

/** Nobody's token counts, and no delivery is recorded. */
export const untold: Pick<WebhookDeps, 'tokens' | 'notes' | 'now'> = {
  tokens: { findIdentity: async () => undefined },
  notes: { note: async () => undefined },
  now: () => new Date('2026-11-28T00:00:00Z'),
}

const defaultWebhooks = [
  { provider: 'distribution' as const, registry: 'registry.example.com', secret: 'hook/distribution' },
  { provider: 'distribution' as const, registry: 'mirror.example.com', secret: 'hook/mirror' },
  { provider: 'harbor' as const, registry: 'harbor.example.com', secret: 'hook/harbor' },
]

const defaultSecrets = { 'hook/distribution': 't0ken', 'hook/mirror': 'm1rror', 'hook/harbor': 'h4rbor' }

export const distributionPath = '/webhook/distribution'
export const harborPath = '/webhook/harbor'

export const postOf = (path: string, authorization: string | undefined, body: Uint8Array | string): WebhookRequest => ({
  method: 'POST',
  path,
  headers: authorization === undefined ? {} : { authorization },
  body: typeof body === 'string' ? Buffer.from(body) : body,
})

export const fromDistribution = (body: Uint8Array | string): WebhookRequest =>
  postOf(distributionPath, 'Bearer t0ken', body)

export const fromHarbor = (payload: unknown): WebhookRequest => postOf(harborPath, 'h4rbor', JSON.stringify(payload))

/** A notification captured from a real registry. */
export const captured = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/distribution/${name}.json`, import.meta.url))
