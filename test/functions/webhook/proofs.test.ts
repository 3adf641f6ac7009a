import { describe, expect, it } from 'vitest'
import { receiveWebhook, type WebhookRequest } from '../../../functions/webhook/receive-webhook.ts'
import {
  fromSender,
  hexOf,
  type SecretSender,
  senderFixture,
  senderSecret,
  sentBy,
} from '../../support/sender-fixture.ts'

const pushOf: Readonly<Record<SecretSender, string>> = {
  distribution: '',
  harbor: 'default-push',
  dockerhub: 'push',
  ghcr: 'package',
  quay: 'push',
  acr: 'push',
  zot: 'updated',
  jfrog: 'push',
  nexus: 'created',
  gitea: 'created',
  aliyun: 'push',
  generic: 'push',
}
const senders = (Object.keys(pushOf) as SecretSender[]).filter(sender => sender !== 'distribution')
const addressed: SecretSender[] = ['dockerhub', 'quay', 'aliyun']
const signing: SecretSender[] = ['ghcr', 'nexus', 'gitea', 'generic', 'jfrog']
const other = 'fedcba9876543210fedcba9876543210'

const zotHeaders = { 'ce-type': 'zotregistry.image.updated' }
const bodyOf = (sender: SecretSender) => {
  const sent = sentBy(sender, pushOf[sender])
  return sender === 'zot' ? sent.data : sent
}
const pushBy = (sender: SecretSender, secret?: string): WebhookRequest =>
  fromSender(sender, bodyOf(sender), { ...(secret && { secret }), ...(sender === 'zot' && { headers: zotHeaders }) })

async function statusOf(sender: SecretSender, request: WebhookRequest, stored = senderSecret) {
  const { deps, published } = senderFixture(stored)(sender)
  const { statusCode, message } = await receiveWebhook(request, deps)
  return { statusCode, message, published }
}

describe.each(senders)('%s', sender => {
  it('is heard with its secret', async () => {
    const { statusCode, published } = await statusOf(sender, pushBy(sender))

    expect([statusCode, published.length > 0]).toEqual([202, true])
  })

  it.each([
    ['of somebody else', other],
    ['with a letter more', `${senderSecret}0`],
    ['in capitals', senderSecret.toUpperCase()],
  ])('B4 is nobody with a secret %s', async (_, secret) => {
    const { statusCode, message, published } = await statusOf(sender, pushBy(sender, secret))

    expect([statusCode, published]).toEqual([401, []])
    expect(message).toContain(`expected the secret of a webhook of ${sender}`)
    expect(message).not.toContain(senderSecret)
  })

  it('B4 is nobody without one, however the body looks', async () => {
    const request = { ...pushBy(sender), headers: zotHeaders, path: `/webhook/${sender}` }

    const push = await statusOf(sender, request)
    const junk = await statusOf(sender, { ...request, body: Buffer.from('not json') })

    expect([push.statusCode, junk.statusCode]).toEqual([401, 401])
  })

  it.each([
    ['', ''],
    [' \n', ' '],
  ])('B5 is nobody where the stored secret is blank: %j', async (stored, secret) => {
    expect((await statusOf(sender, pushBy(sender, secret), stored)).statusCode).toBe(401)
  })

  it('is heard with both secrets while one is rotated, and with no third', async () => {
    const stored = `${other}\n${senderSecret}\n${'a'.repeat(32)}\n`

    const answers = await Promise.all(
      [other, senderSecret, 'a'.repeat(32)].map(secret => statusOf(sender, pushBy(sender, secret), stored)),
    )

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 401])
  })
})

describe.each(signing)('the signature of %s', sender => {
  it('is over the bytes as they came', async () => {
    const spaced = Buffer.from(`${JSON.stringify(bodyOf(sender), undefined, 3)}\n`)
    const signed = sender === 'jfrog' ? { 'x-jfrog-event-auth': hexOf('sha256', spaced) } : {}

    const { statusCode } = await statusOf(sender, fromSender(sender, spaced, { headers: signed }))

    expect(statusCode).toBe(202)
  })

  it('counts for no other body', async () => {
    const request = pushBy(sender)
    const headers = sender === 'jfrog' ? { 'x-jfrog-event-auth': hexOf('sha256', request.body) } : request.headers
    const body = Buffer.from(request.body.toString().replace('v1', 'v2').replace('latest', 'newest'))

    const genuine = await statusOf(sender, { ...request, headers })
    const forged = await statusOf(sender, { ...request, headers, body })

    expect([genuine.statusCode, forged.statusCode, forged.published]).toEqual([202, 401, []])
  })
})

describe('one kind of proof in the place of another', () => {
  const body = Buffer.from(JSON.stringify(sentBy('ghcr', 'package')))
  const digits = hexOf('sha256', body)

  it.each<[SecretSender, Record<string, string>]>([
    ['ghcr', { 'x-hub-signature-256': digits }],
    ['ghcr', { 'x-hub-signature-256': `sha1=${hexOf('sha1', body)}` }],
    ['ghcr', { 'x-hub-signature-256': senderSecret }],
    ['ghcr', { 'x-hub-signature': `sha1=${hexOf('sha1', body)}` }],
    ['ghcr', { authorization: `Bearer ${senderSecret}` }],
    ['gitea', { 'x-gitea-signature': `sha256=${digits}` }],
    ['gitea', { 'x-hub-signature-256': `sha256=${digits}` }],
    ['nexus', { 'x-nexus-webhook-signature': digits }],
    ['nexus', { 'x-nexus-webhook-signature': `sha1=${hexOf('sha1', body)}` }],
    ['generic', { 'x-signature': digits }],
    ['generic', { 'x-signature': `sha1=${hexOf('sha1', body)}` }],
    ['generic', { 'x-signature': `sha256=${digits}, sha256=${digits}` }],
    ['jfrog', { 'x-jfrog-event-auth': `sha256=${digits}` }],
    ['jfrog', { 'x-jfrog-event-auth': hexOf('sha1', body) }],
    ['jfrog', { 'x-jfrog-event-auth': hexOf('sha256', body, other) }],
    ['acr', { authorization: senderSecret }],
    ['harbor', { authorization: `Bearer ${senderSecret}` }],
    ['zot', { authorization: `Basic ${Buffer.from(`other:${senderSecret}`).toString('base64')}` }],
    ['dockerhub', { authorization: `Bearer ${senderSecret}` }],
  ])('counts for nothing: %s %j', async (sender, headers) => {
    const request = { method: 'POST', path: `/webhook/${sender}`, headers, body }

    expect((await statusOf(sender, request)).statusCode).toBe(401)
  })

  it('is a user and a password where zot is told these', async () => {
    const authorization = `Basic ${Buffer.from(`shelflife:${senderSecret}`).toString('base64')}`
    const request = fromSender('zot', bodyOf('zot'), { headers: { ...zotHeaders, authorization } })

    expect((await statusOf('zot', request)).statusCode).toBe(202)
  })

  it('takes a signature in capital digits', async () => {
    const upper = { 'x-signature': `SHA256=${hexOf('sha256', JSON.stringify(bodyOf('generic'))).toUpperCase()}` }

    expect((await statusOf('generic', fromSender('generic', bodyOf('generic'), { headers: upper }))).statusCode).toBe(
      202,
    )
  })
})

describe('Gitea, which sends the headers of GitHub too', () => {
  it('is not taken for GitHub with the secret of GitHub, and told its address', async () => {
    const { path, ...gitea } = fromSender('gitea', sentBy('gitea', 'created'))

    const { statusCode, message, published } = await statusOf('ghcr', { ...gitea, path: '/webhook/ghcr' })

    expect([statusCode, published]).toEqual([400, []])
    expect(message).toContain('/webhook/gitea')
    expect(path).toBe('/webhook/gitea')
  })
})

describe.each(addressed)('the address of %s', sender => {
  const at = (path: string) => statusOf(sender, { ...pushBy(sender), path })

  it.each([
    [`/webhook/${sender}/${senderSecret}/`, 202],
    [`/webhook/${sender}/%30${senderSecret.slice(1)}`, 202],
    [`/webhook/${sender}/${senderSecret}//`, 404],
    [`/webhook/${sender}//${senderSecret}`, 404],
    [`/webhook/${sender}/${senderSecret}/x`, 404],
    [`/webhook/${sender}/x/${senderSecret}`, 404],
    [`/webhook/${sender}/${senderSecret}%00`, 401],
    [`/webhook/${sender}/${senderSecret}%`, 401],
    [`/webhook/${sender}/%E0%A4%A`, 401],
    [`/webhook/${sender}/`, 401],
    [`/webhook/${sender}`, 401],
    [`/webhook/${sender}?secret=${senderSecret}`, 404],
    [`/Webhook/${sender}/${senderSecret}`, 404],
    [`/webhook/__proto__/${senderSecret}`, 404],
    ['constructor', 404],
    ['', 404],
    [`/webhook/harbor/${senderSecret}`, 404],
  ])('%s is %i', async (path, expected) => {
    expect((await at(path)).statusCode).toBe(expected)
  })

  it.each([
    ['31 hex digits', senderSecret.slice(1)],
    ['21 letters of all kinds', `${'aB3_-'.repeat(4)}x`],
    ['38 digits', '1'.repeat(38)],
    ['what an address cannot hold', `${senderSecret}+/=`],
    ['a blank in it', `${senderSecret} ${senderSecret}`],
    ['letters of another alphabet', `${senderSecret}ж`],
  ])('holds no secret of %s, and the log says so', async (_, secret) => {
    const { deps, logged } = senderFixture(secret)(sender)

    const { statusCode } = await receiveWebhook(
      { ...pushBy(sender), path: `/webhook/${sender}/${encodeURIComponent(secret)}` },
      deps,
    )

    expect(statusCode).toBe(401)
    expect(logged).toMatchObject([{ secrets: ['hook'], expected: expect.stringContaining('32 hex digits') }])
    expect(JSON.stringify(logged)).not.toContain(secret)
  })

  it('holds one of 22 letters, digits and hyphens', async () => {
    const secret = `${'aB3_-'.repeat(4)}xy`

    expect((await statusOf(sender, pushBy(sender, secret), secret)).statusCode).toBe(202)
  })
})

describe('a secret with blanks', () => {
  it('counts with those within it, and without those around', async () => {
    const secret = 'two words'

    const { statusCode } = await statusOf('harbor', pushBy('harbor', secret), `  ${secret} \r\n`)

    expect(statusCode).toBe(202)
  })

  it('counts with letters of every alphabet in a signature', async () => {
    const secret = 'пароль-密码-🔑'

    expect((await statusOf('ghcr', pushBy('ghcr', secret), `${secret}\n`)).statusCode).toBe(202)
  })
})
