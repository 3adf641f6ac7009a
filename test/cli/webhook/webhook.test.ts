import { describe, expect, it } from 'vitest'
import { printReport } from '../../../cli/webhook/print-webhook.ts'
import { runWebhook, type WebhookWork } from '../../../cli/webhook/run-webhook.ts'
import { setups } from '../../../cli/webhook/setup.ts'
import { receiveWebhook } from '../../../functions/webhook/receive-webhook.ts'
import type { DeliveryRecord, FollowedRecord } from '../../../shared/domain/records/deliveries.ts'
import { webhookKey } from '../../../shared/domain/webhook-delivery.ts'
import { hasSecretInAddress, webhookProviders } from '../../../shared/domain/webhook-provider.ts'
import { secretMark } from '../../../shared/domain/webhook-secret.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { parseSettings, rulebookOf, type SettingsInput } from '../../../shared/settings.ts'
import { at } from '../../support/records.ts'
import { fromSender, type SecretSender, senderSecret, sentBy } from '../../support/sender-fixture.ts'
import { secretsOf, webhookFixture } from '../../support/webhook-fixture.ts'

const registry = 'registry.example.com'
const base = 'https://hooks.example.com'
const google = { serviceAccount: 'push@p.iam.gserviceaccount.com', audience: 'shelflife' }
const secretSenders = webhookProviders.filter(name => name !== 'google')

interface World {
  readonly webhooks?: SettingsInput['webhooks']
  readonly registries?: SettingsInput['registries']
  readonly stored?: Readonly<Record<string, string>>
  readonly deliveries?: readonly DeliveryRecord[]
  readonly followed?: readonly FollowedRecord[]
}

const webhookOf = (provider: SecretSender, rest: object = {}) => ({ provider, registry, secret: 'hook', ...rest })

function installation({ webhooks = [webhookOf('harbor')], registries = [], ...rest }: World = {}) {
  const { stored = { hook: senderSecret }, deliveries = [], followed = [] } = rest
  const settings = parseSettings({ webhooks, registries })
  const secrets = secretsOf(stored)
  const kept = new Map<string, string>()
  const { deps } = webhookFixture()
  const store = { listDeliveries: async () => ({ deliveries, followed }) }
  const platform = {
    settings,
    rulebook: rulebookOf(settings),
    secrets,
    store: Object.assign(Object.create(null), store),
    findWebhookUrl: async () => base,
    keepWebhookSecrets: (texts: ReadonlyMap<string, string>) => texts.forEach((text, id) => void kept.set(id, text)),
  }
  const report = (work: WebhookWork = 'show', asked: object = {}) =>
    runWebhook({ host: registry, now: at(120), ...asked }, work, platform)
  const run = async (work: WebhookWork = 'show', { ofTarget = '', ...asked }: Readonly<Record<string, string>> = {}) =>
    printReport(await report(work, asked), ofTarget, at(120))
  return { run, report, secrets, kept, receiver: { ...deps, settings, secrets } }
}

describe('shelflife webhook', () => {
  it.each(secretSenders)('prints for %s an address and a secret that count as they are', async sender => {
    const { run, receiver } = installation({ webhooks: [webhookOf(sender)] })

    const lines = await run()

    const address = lines.find(line => line.startsWith('  address'))?.replace('  address  ', '') ?? ''
    expect(lines.filter(line => line.includes(address)).length).toBeGreaterThan(1)
    expect(lines.join('\n')).toContain(senderSecret)
    const { path: own, ...sent } = fromSender(sender, { hello: 'world' })
    const { statusCode } = await receiveWebhook({ ...sent, path: new URL(address).pathname }, receiver)
    expect([new URL(address).pathname, statusCode]).toEqual([own, sender === 'quay' ? 202 : 400])
  })

  it('prints for Google what its subscription is told, and no secret', async () => {
    const { run } = installation({ webhooks: [{ provider: 'google', registry, ...google }] })

    const text = (await run()).join('\n')

    expect(text).toContain(`--push-endpoint ${base}/webhook/google`)
    expect(text).toContain(`--push-auth-service-account ${google.serviceAccount}`)
    expect(text).toContain(`--push-auth-token-audience ${google.audience}`)
    expect(text).not.toContain('secret hook')
  })

  it('prints a job for CI that signs as the receiver reads it', () => {
    const { text = '' } = setups.generic({ registry, address: base, secret: "it's", ...google })

    expect(text).toContain(`SECRET='it'\\''s'`)
    expect(text).toContain('openssl dgst -sha256 -hmac "$SECRET"')
  })

  it('says where there is no secret yet, and how to make one', async () => {
    const { run } = installation({ webhooks: [webhookOf('quay')], stored: {} })

    const text = (await run()).join('\n')

    expect(text).toContain('there is no secret yet')
    expect(text).toContain(`${base}/webhook/quay/THE-SECRET`)
    expect(text).toMatch(/webhook registry\.example\.com --sender quay --rotate makes one/)
  })

  it('says where a secret cannot be in an address', async () => {
    const { run } = installation({ webhooks: [webhookOf('dockerhub')], stored: { hook: 'short' } })

    expect((await run()).join('\n')).toContain('cannot be in an address, expected at least 32 hex digits')
  })

  it('takes the address that the registry reaches, with or without the path', async () => {
    const { run } = installation()

    const texts = await Promise.all(
      ['https://h.example.com/x/', 'https://h.example.com/x/webhook'].map(url => run('show', { url })),
    )

    for (const lines of texts) expect(lines).toContain('  address  https://h.example.com/x/webhook/harbor')
    await expect(run('show', { url: 'h.example.com' })).rejects.toThrow('--url: expected an address')
  })

  it('takes any spelling of the registry, and of many senders the one that it is, naming the others', async () => {
    const webhooks = secretSenders.map(provider => webhookOf(provider))
    const registries = [{ host: registry, provider: 'quay' as const, aliases: ['q.internal'] }]
    const { run } = installation({ webhooks, registries })

    const lines = await run('show', { host: 'Q.internal' })

    expect(lines[0]).toBe(`${registry}, by the webhooks of quay (secret hook)`)
    expect(lines.at(-1)).toMatch(/^other senders of registry\.example\.com: --sender distribution, harbor/)
  })

  it('names the command with the flags by which the installation was found', async () => {
    const { run } = installation()

    const texts = await Promise.all([run('show', { ofTarget: ' --aws' }), run('check', { ofTarget: ' --aws' })])

    for (const lines of texts) expect(lines.join('\n')).toContain(`webhook ${registry} --sender harbor --aws`)
  })

  it('leaves the registry within out of what there is to set up, and not out of what came', async () => {
    const webhooks = [webhookOf('harbor'), webhookOf('distribution', { secret: 'shelflife/webhook/registry' })]
    const { run } = installation({ webhooks })

    const [shown, checked] = await Promise.all([run('show'), run('check')])

    expect(shown.join('\n')).not.toContain('shelflife/webhook/registry')
    expect(checked).toContain(`${registry}, distribution with secret shelflife/webhook/registry`)
  })

  it.each([
    [{ host: 'nowhere.example.com' }, /expected webhooks of nowhere\.example\.com in the settings.*registry\.example/],
    [{ sender: 'quay' }, '--sender: expected one of harbor for registry.example.com, got quay'],
  ])('refuses %j', async (asked, message) => {
    const { run } = installation()

    await expect(run('show', asked)).rejects.toThrow(message)
    await expect(run('show', asked)).rejects.toBeInstanceOf(InvalidInputError)
  })
})

describe('shelflife webhook --rotate', () => {
  it.each(secretSenders.filter(hasSecretInAddress))('makes one that may be in an address: %s', async sender => {
    const { run, receiver, secrets } = installation({ webhooks: [webhookOf(sender)], stored: {} })

    const lines = await run('rotate')

    const made = (await secrets.findSecret('hook')) ?? ''
    expect(made).toMatch(/^[0-9a-f]{48}$/)
    expect(lines).toContain(`  address  ${base}/webhook/${sender}/${made}`)
    const { statusCode } = await receiveWebhook(fromSender(sender, sentBy(sender, 'push'), { secret: made }), receiver)
    expect(statusCode).toBe(202)
  })

  it('lets both count until it is finished, and can be repeated', async () => {
    const { run, secrets, receiver, kept } = installation()
    const statuses = async (...presented: string[]) => {
      const answers = presented.map(secret =>
        receiveWebhook(fromSender('harbor', { type: 'TEST_ENDPOINT' }, { secret }), receiver),
      )
      return (await Promise.all(answers)).map(({ statusCode }) => statusCode)
    }

    const first = await run('rotate')
    const text = (await secrets.findSecret('hook')) ?? ''
    const [made = '', old] = text.split('\n')
    const during = await statuses(made, senderSecret)
    const again = await run('rotate')
    const unchanged = await secrets.findSecret('hook')
    const finished = await run('finish')
    const after = await statuses(made, senderSecret)
    const twice = await run('finish')

    expect([old, made.length, unchanged]).toEqual([senderSecret, 48, text])
    expect([during, after]).toEqual([
      [202, 202],
      [202, 401],
    ])
    expect(first.join('\n')).toContain('--rotate --finish')
    expect(again[0]).toContain('it is being rotated already; nothing changed')
    expect(finished[0]).toContain('the one before counts no more')
    expect(twice[0]).toContain('no rotation is under way')
    expect(kept.get('hook')).toBe(made)
  })

  it('refuses a sender that shares no secret, before it changes another', async () => {
    const webhooks = [webhookOf('harbor'), { provider: 'google' as const, registry, ...google }]
    const { run, secrets } = installation({ webhooks })

    await expect(run('rotate')).rejects.toThrow('expected a sender with a secret, got google')
    expect(await secrets.findSecret('hook')).toBe(senderSecret)
  })
})

describe('shelflife webhook --check', () => {
  const webhook = webhookKey(webhookOf('harbor'))
  const came = (rest: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
    registry,
    webhook,
    provider: 'harbor',
    cameAt: at(0),
    kind: 'hints',
    isOldSecret: false,
    repository: 'team/app',
    tag: 'v1',
    rank: 3,
    expiresAtSeconds: 4_000_000_000,
    ...rest,
  })
  const followed = (outcome: string, message: string, seconds = 1): FollowedRecord => ({
    registry,
    webhook,
    followedAt: at(seconds),
    repository: 'team/app',
    outcome,
    message,
    expiresAtSeconds: 4_000_000_000,
  })
  const check = async (world: World) => (await installation(world).run('check')).join('\n')

  it.each<[string, World, string]>([
    ['none came', {}, 'no delivery came yet that counted'],
    ['one came of another webhook', { deliveries: [came({ webhook: 'quay-1' })] }, 'no delivery came yet'],
    ['a test came', { deliveries: [came({ kind: 'test' })] }, 'at 2026-01-01T00:00:00Z, to five minutes: a test'],
    ['nothing of images came', { deliveries: [came({ kind: 'nothing' })] }, 'nothing in it concerned images'],
    ['a misfit came', { deliveries: [came({ kind: 'misfit', problem: 'expected x' })] }, 'not understood: expected x'],
    [
      'it was followed',
      { deliveries: [came()], followed: [followed('synced', '1 change')] },
      'it led to a sync at 2026-01-01T00:00:01Z: 1 change',
    ],
    [
      'it failed',
      { deliveries: [came()], followed: [followed('failed', 'registry answered 401')] },
      'it led to a sync at 2026-01-01T00:00:01Z that failed: registry answered 401',
    ],
    [
      'nobody tracks it',
      { deliveries: [came()], followed: [followed('untracked', '')] },
      'it led to no sync: no Repository object tracks team/app',
    ],
    [
      'only one before it was followed',
      { deliveries: [came()], followed: [followed('synced', '1 change', -1)] },
      'no sync followed: see how much waits in the queue hints',
    ],
    ['it came just now', { deliveries: [came({ cameAt: at(100) })] }, 'its sync is yet to come'],
    [
      'it came with the old secret',
      { deliveries: [came({ presented: secretMark('the one before') })] },
      'it presented the secret before the last rotation',
    ],
  ])('says that %s', async (_, world, expected) => {
    expect(await check(world)).toContain(expected)
  })
})
