import { describe, expect, it } from 'vitest'
import { receiveWebhook } from '../../../functions/webhook/receive-webhook.ts'
import { AccessDeniedError, UnavailableError } from '../../../shared/errors.ts'
import type { SecretStore } from '../../../shared/ports/platform.ts'
import {
  captured,
  distributionPath,
  fromDistribution,
  fromHarbor,
  harborPath,
  postOf,
  webhookFixture,
} from '../../support/webhook-fixture.ts'

const push = captured('push-image-tagged')
const distributionOf = (registry: string, secret: string, repositories?: string[]) => ({
  provider: 'distribution' as const,
  registry,
  secret,
  ...(repositories && { repositories }),
})
const pushesOf = (...repositories: string[]) =>
  JSON.stringify({
    events: repositories.map(repository => ({
      action: 'push',
      target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', repository, tag: 'v1' },
    })),
  })

describe('a secret that cannot be read', () => {
  const unreadable = (id: string, secrets: SecretStore): SecretStore => ({
    ...secrets,
    findSecret: async asked => {
      if (asked === id) throw new UnavailableError(`secret ${id} could not be read`, { kind: 'server' })
      return secrets.findSecret(asked)
    },
  })

  it.each(['hook/distribution', 'hook/mirror'])('F48 T10 does not take down the other senders: %s', async broken => {
    const { deps, published, logged } = webhookFixture()
    const [presented, registry] =
      broken === 'hook/mirror' ? ['Bearer t0ken', 'registry.example.com'] : ['Bearer m1rror', 'mirror.example.com']
    const request = postOf(distributionPath, presented, push)

    const answer = await receiveWebhook(request, { ...deps, secrets: unreadable(broken, deps.secrets) })

    expect(answer.statusCode).toBe(202)
    expect(published).toMatchObject([{ registry }])
    expect(logged).toMatchObject([{ level: 'error', secret: broken, error: { name: AccessDeniedError.name } }])
  })

  it('F48 fails the request when no other one matches, since it may have been that one', async () => {
    const { deps, published } = webhookFixture()
    const secrets = unreadable('hook/mirror', deps.secrets)

    const sent = receiveWebhook(postOf(distributionPath, 'Bearer m1rror', push), { ...deps, secrets })

    await expect(sent).rejects.toBeInstanceOf(UnavailableError)
    expect(published).toEqual([])
  })

  it('of another kind of sender is never asked for', async () => {
    const { deps, logged } = webhookFixture()
    const secrets = unreadable('hook/harbor', deps.secrets)

    const answer = await receiveWebhook(postOf(distributionPath, 'Bearer wrong', push), { ...deps, secrets })

    expect([answer.statusCode, logged]).toEqual([401, []])
  })
})

describe('the text of a secret', () => {
  it.each([' ', '\n', '\t '])('B5 that is blank is nobody’s: %j', async blank => {
    const { deps, logged } = webhookFixture({ 'hook/harbor': blank })

    const answers = await Promise.all(
      ['', ' ', blank].map(text => receiveWebhook(postOf(harborPath, text, push), deps)),
    )

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401])
    expect(logged[0]).toMatchObject({ level: 'warn', secrets: ['hook/harbor'] })
  })

  it.each([distributionPath, harborPath])('that ends with a new line counts without it: %s', async path => {
    const { deps } = webhookFixture({ 'hook/distribution': 't0ken\n', 'hook/harbor': 't0ken\r\n' })
    const request = postOf(path, path === harborPath ? 't0ken' : 'Bearer t0ken', '{"events":[],"type":"other"}')

    expect((await receiveWebhook(request, deps)).statusCode).toBe(202)
  })
})

describe('several secrets of one value', () => {
  it('B7 of two registries let the event count for each, as a look at the repository, and ring the alarm', async () => {
    const { deps, published, logged } = webhookFixture({ 'hook/distribution': 'same', 'hook/mirror': 'same' })

    const answer = await receiveWebhook(postOf(distributionPath, 'Bearer same', pushesOf('team/app', 'team/app')), deps)

    expect(answer).toEqual({ statusCode: 202, message: '2 hints' })
    expect(published).toEqual([
      { type: 'ImageDeleted', registry: 'registry.example.com', repository: 'team/app' },
      { type: 'ImageDeleted', registry: 'mirror.example.com', repository: 'team/app' },
    ])
    expect(logged).toMatchObject([{ level: 'error', error: { name: AccessDeniedError.name } }])
    expect(JSON.stringify(logged.map(({ error }) => String(error)))).not.toContain('same')
  })

  it('of one registry are one sender: while a secret is rotated, both count', async () => {
    const webhooks = [distributionOf('registry.example.com', 'old'), distributionOf('registry.example.com', 'new')]
    const { deps, published, logged } = webhookFixture({ old: 'one', new: 'two' }, webhooks)

    for (const text of ['Bearer one', 'Bearer two']) await receiveWebhook(postOf(distributionPath, text, push), deps)

    expect(published).toMatchObject([{ type: 'ImagePushed' }, { type: 'ImagePushed' }])
    expect(logged).toEqual([])
  })
})

describe('a secret that is bounded to repositories', () => {
  it('drops the hints for others, and says so in answer and log', async () => {
    const webhooks = [distributionOf('registry.example.com', 'hook/distribution', ['team/**', 'lone'])]
    const { deps, published, logged } = webhookFixture(undefined, webhooks)

    const answer = await receiveWebhook(fromDistribution(pushesOf('team/app', 'bank/api', 'lone', 'bank/api')), deps)

    expect(answer.statusCode).toBe(202)
    expect(answer.message).toMatch(/^2 hints; dropped those for "bank\/api": see webhooks\[\]\.repositories/)
    expect(published.map(({ repository }) => repository)).toEqual(['team/app', 'lone'])
    expect(logged).toMatchObject([{ level: 'warn', repositories: ['bank/api'], repositoryCount: 1 }])
  })

  it('names ten of many that it drops, and counts the rest', async () => {
    const webhooks = [distributionOf('registry.example.com', 'hook/distribution', ['team/**'])]
    const { deps } = webhookFixture(undefined, webhooks)
    const others = Array.from({ length: 25 }, (_, at) => `bank/app${at}`)

    const { message } = await receiveWebhook(fromDistribution(pushesOf(...others)), deps)

    expect(message).toContain('"bank/app9" and 15 more')
    expect(message).not.toContain('app10')
  })

  it('counts for what any entry with this value allows', async () => {
    const webhooks = [
      distributionOf('registry.example.com', 'one', ['team/**']),
      distributionOf('registry.example.com', 'two', ['bank/*']),
    ]
    const { deps, published } = webhookFixture({ one: 't0ken', two: 't0ken' }, webhooks)

    await receiveWebhook(fromDistribution(pushesOf('team/app', 'bank/api', 'bank/api/x')), deps)

    expect(published.map(({ repository }) => repository)).toEqual(['team/app', 'bank/api'])
  })

  it('leaves a Harbor alone that is not bounded', async () => {
    const { deps, published } = webhookFixture()
    const event_data = { resources: [{ tag: 'v1' }], repository: { repo_full_name: 'any/where' } }

    await receiveWebhook(fromHarbor({ type: 'PUSH_ARTIFACT', event_data }), deps)

    expect(published).toMatchObject([{ repository: 'any/where' }])
  })
})

describe('a secret that was rotated a moment ago', () => {
  it('counts at once: what is kept of it is read anew before somebody is refused', async () => {
    const { deps, published } = webhookFixture()
    const secrets: SecretStore = {
      ...deps.secrets,
      findSecret: async (_, age) => (age === 'anew' ? 'new\nt0ken' : 't0ken'),
    }

    const answer = await receiveWebhook(postOf(distributionPath, 'Bearer new', push), { ...deps, secrets })

    expect([answer.statusCode, published.length > 0]).toEqual([202, true])
  })

  it('is asked for no second time where the one that is kept was presented', async () => {
    const { deps, asked } = webhookFixture()

    await receiveWebhook(fromDistribution(push), deps)

    expect(asked).toEqual(['hook/distribution', 'hook/mirror'])
  })
})
