import { expect, it } from 'vitest'
import { receiveWebhook } from '../../../functions/webhook/receive-webhook.ts'
import { UnavailableError } from '../../../shared/errors.ts'
import { parseSettings } from '../../../shared/settings.ts'
import { captured, distributionPath, fromDistribution, postOf, webhookFixture } from '../../support/webhook-fixture.ts'

const push = captured('push-image-tagged')

it('answers 404 to another path before it looks at anything else', async () => {
  const { deps, asked } = webhookFixture()

  const answer = await receiveWebhook({ ...postOf('/elsewhere', undefined, push), method: 'GET' }, deps)

  expect(answer.statusCode).toBe(404)
  expect(asked).toEqual([])
})

it('answers 405 to another method before it looks at the size', async () => {
  const { deps, asked } = webhookFixture()

  const answer = await receiveWebhook({ ...fromDistribution(Buffer.alloc(300_000)), method: 'GET' }, deps)

  expect(answer.statusCode).toBe(405)
  expect(asked).toEqual([])
})

it('B1 answers 413 to a body over the limit before it looks at the secret', async () => {
  const { deps, asked } = webhookFixture()

  const answer = await receiveWebhook(postOf(distributionPath, 'wrong', Buffer.alloc(256 * 1024 + 1)), deps)

  expect(answer.statusCode).toBe(413)
  expect(asked).toEqual([])
})

it('reads a body that is exactly as large as the limit', async () => {
  const { deps } = webhookFixture()
  const body = '{"events":[]}'.padEnd(256 * 1024)

  expect((await receiveWebhook(fromDistribution(body), deps)).statusCode).toBe(202)
})

it('answers 401 before it parses: a stranger never learns whether a payload is valid', async () => {
  const { deps, published } = webhookFixture()

  const answer = await receiveWebhook(postOf(distributionPath, 'Bearer wrong', 'not json'), deps)

  expect(answer.statusCode).toBe(401)
  expect(published).toEqual([])
})

it.each([
  ['no header', undefined],
  ['an empty header', ''],
  ['the secret without its scheme', 't0ken'],
  ['a part of the secret', 'Bearer t0ke'],
  ['the secret and more', 'Bearer t0ken2'],
  ['two values in one header', 'Bearer t0ken, Bearer t0ken'],
  ['the secret of a Harbor', 'h4rbor'],
])('B4 answers 401 to %s', async (_, authorization) => {
  const { deps, published } = webhookFixture()

  expect((await receiveWebhook(postOf(distributionPath, authorization, push), deps)).statusCode).toBe(401)
  expect(published).toEqual([])
})

it('compares every configured secret of the sender, also after one matched', async () => {
  const { deps, asked } = webhookFixture()

  await receiveWebhook(fromDistribution(push), deps)

  expect(asked).toEqual(['hook/distribution', 'hook/mirror'])
})

it('refuses a sender for which no webhook is configured', async () => {
  const { deps } = webhookFixture()
  const settings = { ...deps.settings, webhooks: [] }

  expect((await receiveWebhook(fromDistribution(push), { ...deps, settings })).statusCode).toBe(401)
})

it.each([
  ['absent', {}],
  ['empty', { 'hook/distribution': '' }],
])('B5 refuses everything when the configured secret is %s', async (_, secrets) => {
  const { deps } = webhookFixture(secrets)

  for (const authorization of ['Bearer ', 'Bearer', '', 'Bearer undefined'])
    expect((await receiveWebhook(postOf(distributionPath, authorization, push), deps)).statusCode).toBe(401)
})

it('B7 takes the registry from the secret, never from the payload', async () => {
  const { deps, published } = webhookFixture()

  await receiveWebhook(postOf(distributionPath, 'Bearer m1rror', push), deps)

  expect(published).toMatchObject([{ registry: 'mirror.example.com', repository: 'team/app' }])
})

it('hints of a repository by the alias of the account that the settings name first', async () => {
  const { deps, published } = webhookFixture()
  const [hint] = await receiveWebhook(fromDistribution(push), deps).then(() => published)
  const [alias = '', ...name] = hint?.repository?.split('/') ?? []
  const entry = { host: 'registry.example.com', provider: 'ecr-public' as const, accountAliases: ['acme', alias] }
  const { registries } = parseSettings({ registries: [entry] })

  await receiveWebhook(fromDistribution(push), { ...deps, settings: { ...deps.settings, registries } })

  expect(published.at(-1)?.repository).toBe(['acme', ...name].join('/'))
})

it('never repeats the presented or the configured secret in an answer', async () => {
  const { deps } = webhookFixture()

  const { message } = await receiveWebhook(postOf(distributionPath, 'Bearer s3cr3t', push), deps)

  expect(message).not.toMatch(/s3cr3t|t0ken|m1rror/)
})

it('answers 400 with what was expected', async () => {
  const { deps } = webhookFixture()

  const answer = await receiveWebhook(fromDistribution('{"events":"none"}'), deps)

  expect(answer.statusCode).toBe(400)
  expect(answer.message).toContain('events')
})

it('fails, so that the sender tries again, when the bus does not accept the hints', async () => {
  const { deps } = webhookFixture()
  const refusing = {
    publishEvents: async () => {
      throw new UnavailableError('the bus is down', { kind: 'server' })
    },
  }

  await expect(receiveWebhook(fromDistribution(push), { ...deps, events: refusing })).rejects.toThrow('the bus is down')
})
