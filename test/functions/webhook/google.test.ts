import { generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { receiveWebhook } from '../../../functions/webhook/receive-webhook.ts'
import { createGoogleTokens } from '../../../shared/adapters/push-tokens/google-tokens.ts'
import { UnavailableError } from '../../../shared/errors.ts'
import { startGoogleKeys } from '../../support/google-keys.ts'
import { sentBy } from '../../support/sender-fixture.ts'
import { webhookFixture } from '../../support/webhook-fixture.ts'

const now = new Date('2026-11-28T00:00:00Z')
const seconds = now.getTime() / 1000
const digest = 'sha256:6ec128e26cd5d7a3b8d1c1d8a8d1f9a5b6e4e2b3c4d5e6f708192a3b4c5d6e7f'
const us = 'us-east1-docker.pkg.dev'
const serviceAccount = 'push@my-project.iam.gserviceaccount.com'
const audience = 'https://hooks.example.com/webhook/google'
const claims = {
  aud: audience,
  azp: '113774264463038321964',
  email: serviceAccount,
  email_verified: true,
  iat: seconds,
  exp: seconds + 3600,
  iss: 'https://accounts.google.com',
  sub: '113774264463038321964',
}

let google: Awaited<ReturnType<typeof startGoogleKeys>>
beforeEach(async () => {
  google = await startGoogleKeys()
})
afterEach(() => google.close())

const wrapped = (message: unknown) => ({
  message: { data: Buffer.from(JSON.stringify(message)).toString('base64'), messageId: '136969346945' },
  subscription: 'projects/my-project/subscriptions/shelflife',
})

function fixture(registries: readonly string[] = [us]) {
  const webhooks = registries.map(registry => ({ provider: 'google' as const, registry, serviceAccount, audience }))
  const { deps, ...rest } = webhookFixture({}, webhooks)
  return { deps: { ...deps, now: () => now, tokens: createGoogleTokens(google.url, () => now) }, ...rest }
}

const post = (token: string | undefined, body: unknown) => ({
  method: 'POST',
  path: '/webhook/google',
  headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})

async function receive(name: string, registries?: readonly string[]) {
  const { deps, published, logged } = fixture(registries)
  const answer = await receiveWebhook(post(await google.sign(claims), wrapped(sentBy('google', name))), deps)
  return { ...answer, published, logged }
}

it.each([
  ['insert', { type: 'ImagePushed', tag: '1.1', digest }],
  ['insert-untagged', { type: 'ImagePushed', digest }],
  ['delete-tag', { type: 'ImageDeleted', tag: '1.1', told: [{ by: {}, tags: ['1.1'] }] }],
])('is heard with a token of the account and audience of the settings: %s', async (name, hint) => {
  const { statusCode, published } = await receive(name)

  expect(statusCode).toBe(202)
  expect(published).toMatchObject([{ registry: us, repository: 'my-project/my-repo/hello-world', ...hint }])
})

it('is heard where the subscription takes the envelope off', async () => {
  const { deps, published } = fixture()

  await receiveWebhook(post(await google.sign(claims), sentBy('google', 'insert')), deps)

  expect(published).toMatchObject([{ tag: '1.1', digest }])
})

it('counts for the registry of which a message is, of several that one account pushes for', async () => {
  const europe = 'europe-docker.pkg.dev'

  const { published, logged } = await receive('other-host', [us, europe])

  expect(published).toMatchObject([{ type: 'ImagePushed', registry: europe, digest }])
  expect(logged).toEqual([])
})

it('is taken and no hint where no webhook is for its host: a project sends for all of them', async () => {
  const { statusCode, message, published } = await receive('other-host')

  expect([statusCode, message, published]).toEqual([202, `nothing here concerns ${us}`, []])
})

it.each([
  ['another audience', { aud: 'https://elsewhere.example.com' }],
  ['several audiences', { aud: [audience, 'https://elsewhere.example.com'] }],
  ['another account', { email: 'push@evil.iam.gserviceaccount.com' }],
  ['an address that is not verified', { email_verified: false }],
  ['no address', { email: undefined }],
  ['another issuer', { iss: 'https://accounts.example.com' }],
  ['an end that is over', { exp: seconds - 120 }],
  ['no end', { exp: undefined }],
  ['a beginning that is to come', { nbf: seconds + 3600 }],
])('B4 is nobody with a token of %s', async (_, wrong) => {
  const { deps, published } = fixture()

  const answer = await receiveWebhook(post(await google.sign({ ...claims, ...wrong }), 'not json'), deps)

  expect([answer.statusCode, published]).toEqual([401, []])
})

it('B4 is nobody with a token that somebody else signed', async () => {
  const { deps } = fixture()
  const { privateKey } = await generateKeyPair('RS256')
  const secret = new TextEncoder().encode(audience)
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`
  const tokens = [
    await google.sign(claims, { key: privateKey }),
    await google.sign(claims, { kid: 'two' }),
    await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret),
    unsigned,
    `${(await google.sign(claims)).slice(0, -4)}AAAA`,
    'junk',
    '',
    undefined,
  ]

  const answers = await Promise.all(tokens.map(token => receiveWebhook(post(token, 'not json'), deps)))

  expect(answers.map(({ statusCode }) => statusCode)).toEqual(tokens.map(() => 401))
})

it('asks for the keys once, and not for a token that cannot count', async () => {
  const { deps } = fixture()
  const [good, foreign] = [await google.sign(claims), await google.sign({ ...claims, aud: 'x' })]

  await receiveWebhook(post(foreign, 'x'), deps)
  const before = google.state.asked
  for (let at = 0; at < 5; at++) await receiveWebhook(post(good, wrapped(sentBy('google', 'insert'))), deps)

  expect([before, google.state.asked]).toEqual([0, 1])
})

it('fails, so that the message comes again, where the keys do not come', async () => {
  const { deps, published } = fixture()
  google.state.isDown = true

  const sent = receiveWebhook(post(await google.sign(claims), wrapped(sentBy('google', 'insert'))), deps)

  await expect(sent).rejects.toBeInstanceOf(UnavailableError)
  expect(published).toEqual([])
})

it.each([
  ['no JSON', 'not json'],
  ['a message of somebody else', wrapped({ hello: 'world' })],
  ['no image', wrapped({ action: 'INSERT' })],
  ['data that is no JSON', { message: { data: 'AAAA' } }],
  ['a host that is none', wrapped({ action: 'INSERT', digest: `../../x@${digest}` })],
])('takes what it does not understand, which would come again for a week: %s', async (_, body) => {
  const { deps, published, logged } = fixture()

  const { statusCode, message } = await receiveWebhook(post(await google.sign(claims), body), deps)

  expect([statusCode, published]).toEqual([202, []])
  expect(message).toMatch(/^taken, and not understood: /)
  expect(logged).toMatchObject([{ level: 'warn', provider: 'google' }])
})
