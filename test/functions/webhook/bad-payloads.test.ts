import { expect, it } from 'vitest'
import { receiveWebhook } from '../../../functions/webhook/receive-webhook.ts'
import { fromDistribution, fromHarbor, webhookFixture } from '../../support/webhook-fixture.ts'

const mediaType = 'application/vnd.oci.image.manifest.v1+json'
const pushOf = (target: object) => JSON.stringify({ events: [{ action: 'push', target: { mediaType, ...target } }] })

async function statusOf(body: Uint8Array | string) {
  const { deps, published } = webhookFixture()
  const { statusCode } = await receiveWebhook(fromDistribution(body), deps)
  return { statusCode, published }
}

it.each([
  ['B2 invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ['B2 a NUL', Buffer.from('{"events":[]}\0')],
  ['an empty body', ''],
  ['no JSON', 'events: []'],
  ['null', 'null'],
  ['a list', '[]'],
  ['B3 a depth of 100000', '['.repeat(100_000)],
  ['B3 a closed depth of 100000', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['B3 a prototype in the place of the events', '{"__proto__":{"events":[]}}'],
  ['an event without a target', '{"events":[{"action":"push"}]}'],
])('answers 400 to %s', async (_, body) => {
  const { statusCode, published } = await statusOf(body)

  expect(statusCode).toBe(400)
  expect(published).toEqual([])
})

it.each([
  '../../etc/passwd',
  'team/../app',
  'team//app',
  '/team/app',
  'team/app/',
  'team%2e%2e/app',
  'Team/App',
  'tеam/app',
  'team/app#x',
  'team/app\n',
  'a'.repeat(256),
  '',
])('B8 answers 400 to the repository %j', async repository => {
  const { statusCode, published } = await statusOf(pushOf({ repository, tag: 'v1' }))

  expect(statusCode).toBe(400)
  expect(published).toEqual([])
})

it.each(['-v1', '.v1', 'v1\n', 'v1\r\nlevel=error', 'v 1', 'v1#x', '', 'a'.repeat(129)])(
  'B9 answers 400 to the tag %j',
  async tag => {
    expect((await statusOf(pushOf({ repository: 'team/app', tag }))).statusCode).toBe(400)
  },
)

it('B9 accepts a tag of 128 characters and a repository of 255', async () => {
  const repository = 'a'.repeat(255)
  const tag = 'a'.repeat(128)

  expect((await statusOf(pushOf({ repository, tag }))).published).toMatchObject([{ repository, tag }])
})

it.each(['sha256:abc', `sha512:${'a'.repeat(128)}`, `sha256:${'A'.repeat(64)}`])(
  'B10 answers 400 to the digest %j',
  async digest => {
    expect((await statusOf(pushOf({ repository: 'team/app', digest }))).statusCode).toBe(400)
  },
)

it('B3 lets no payload reach the prototype of all objects', async () => {
  const { deps } = webhookFixture()
  const body = '{"events":[],"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'

  const { statusCode } = await receiveWebhook(fromDistribution(body), deps)

  expect(statusCode).toBe(202)
  expect({}).not.toHaveProperty('polluted')
})

it('B3 reads the last of duplicate keys and a number beyond all bounds without harm', async () => {
  const { statusCode, published } = await statusOf('{"events":[{}],"events":[],"size":1e999}')

  expect([statusCode, published]).toEqual([202, []])
})

it('one bad resource refuses the whole payload, so that the sender shows it', async () => {
  const { deps, published } = webhookFixture()
  const event_data = { resources: [{ tag: 'v1' }, { tag: '../v2' }], repository: { repo_full_name: 'team/app' } }

  const { statusCode } = await receiveWebhook(fromHarbor({ type: 'PUSH_ARTIFACT', event_data }), deps)

  expect([statusCode, published]).toEqual([400, []])
})

it('B7 answers 400 to a Harbor whose repository reaches outside', async () => {
  const { deps } = webhookFixture()
  const event_data = { resources: [{ tag: 'v1' }], repository: { repo_full_name: '../other/app' } }

  expect((await receiveWebhook(fromHarbor({ type: 'PUSH_ARTIFACT', event_data }), deps)).statusCode).toBe(400)
})

it('B27 keeps line breaks of a payload out of the answer, which is logged', async () => {
  const { deps } = webhookFixture()

  const { message } = await receiveWebhook(
    fromDistribution(pushOf({ repository: 'x\r\nlevel=error', tag: 'v1' })),
    deps,
  )

  expect(message).not.toContain('level=error')
})
