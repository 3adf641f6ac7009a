import { expect, it } from 'vitest'
import type { Installation } from '../../../cli/connect/installation.ts'
import { runWebhook, type WebhookWork } from '../../../cli/webhook/run-webhook.ts'
import { webhookJson } from '../../../cli/webhook/webhook-json.ts'
import type { DeliveryRecord } from '../../../shared/domain/records/deliveries.ts'
import { webhookKey } from '../../../shared/domain/webhook-delivery.ts'
import { webhookProviders } from '../../../shared/domain/webhook-provider.ts'
import { secretMark } from '../../../shared/domain/webhook-secret.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { parseSettings, rulebookOf } from '../../../shared/settings.ts'
import { at } from '../../support/records.ts'
import { secretsOf } from '../../support/webhook-fixture.ts'
import { schemaProblem } from '../schema.ts'

const registry = 'registry.example.com'
const [next, before] = ['n'.repeat(48), 'b'.repeat(48)]
const google = { serviceAccount: 'push@p.iam.gserviceaccount.com', audience: 'shelflife' }
const webhooks = webhookProviders.map(provider =>
  provider === 'google' ? { provider, registry, ...google } : { provider, registry, secret: `hook-${provider}` },
)
const ofHarbor = { provider: 'harbor', secret: 'hook-harbor' } as const

const presenting = (secret: string): DeliveryRecord => ({
  registry,
  webhook: webhookKey(ofHarbor),
  provider: 'harbor',
  cameAt: at(0),
  kind: 'hints',
  isOldSecret: secret === before,
  presented: secretMark(secret),
  repository: 'team/app',
  tag: 'v1',
  rank: 3,
  expiresAtSeconds: 4_000_000_000,
})
const followed = {
  registry,
  webhook: webhookKey(ofHarbor),
  followedAt: at(1),
  repository: 'team/app',
  outcome: 'synced',
  message: '1 change',
  expiresAtSeconds: 4_000_000_000,
}

/** An installation with a webhook of each sender, whose secrets are being rotated. */
function world(deliveries: readonly DeliveryRecord[] = []) {
  const settings = parseSettings({ webhooks })
  const secrets = secretsOf(Object.fromEntries(webhooks.map(one => [one.secret ?? '', `${next}\n${before}`])))
  const store: Installation['store'] = Object.assign(Object.create(null), {
    listDeliveries: async () => ({ deliveries, followed: [followed] }),
  })
  const platform = {
    ...{ settings, rulebook: rulebookOf(settings), secrets, store },
    findWebhookUrl: async () => 'https://hooks.example.com',
    keepWebhookSecrets: () => undefined,
  }
  const run = (work: WebhookWork, sender?: string) =>
    runWebhook({ host: registry, now: at(120), ...(sender !== undefined && { sender }) }, work, platform)
  return { run, secrets }
}

it.each(webhookProviders)('the JSON of %s says what its schema says, shown and checked', async sender => {
  const { run } = world([presenting(next)])

  const shown = webhookJson(await run('show', sender), at(120))
  const checked = webhookJson(await run('check', sender), at(120))

  expect(shown.webhooks).toMatchObject([{ provider: sender, setup: { where: expect.any(String) } }])
  expect(await schemaProblem('webhook/webhook.schema.json', shown)).toBeUndefined()
  expect(await schemaProblem('webhook/webhook.schema.json', checked)).toBeUndefined()
})

it('the JSON of a check tells what came, which secret it presented and what followed', async () => {
  const { run } = world([presenting(before)])

  const { webhooks: found } = webhookJson(await run('check', 'harbor'), at(120))

  expect(found).toEqual([
    {
      provider: 'harbor',
      secretId: 'hook-harbor',
      isRotating: true,
      oldPresentedAt: '2026-01-01T00:00:00Z',
      lastDelivery: {
        cameAt: '2026-01-01T00:00:00Z',
        kind: 'hints',
        repository: 'team/app',
        tag: 'v1',
        presented: 'before',
        followed: { at: '2026-01-01T00:00:01Z', outcome: 'synced', message: '1 change' },
      },
    },
  ])
})

it('a rotation is not finished while the registry was seen to present the secret before, unless that is forced', async () => {
  const { run, secrets } = world([presenting(before)])

  const refused = run('finish', 'harbor')

  await expect(refused).rejects.toBeInstanceOf(InvalidInputError)
  await expect(refused).rejects.toThrow('got the one before at 2026-01-01T00:00:00Z')
  expect(await secrets.findSecret('hook-harbor')).toBe(`${next}\n${before}`)
  const { changes } = await run('force', 'harbor')
  expect(changes).toEqual(['secret hook-harbor: the one before counts no more, within a minute'])
  expect(await secrets.findSecret('hook-harbor')).toBe(next)
})

it.each([
  ['the registry presented the new secret', [presenting(next)]],
  ['no delivery came', []],
])('a rotation is finished where %s', async (_name, deliveries) => {
  const { run, secrets } = world(deliveries)

  await run('finish', 'harbor')

  expect(await secrets.findSecret('hook-harbor')).toBe(next)
})
