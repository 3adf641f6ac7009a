import { describe, expect, it } from 'vitest'
import { receiveWebhook } from '../../../functions/webhook/receive-webhook.ts'
import {
  distributionPath,
  fromDistribution,
  fromHarbor,
  harborPath,
  postOf,
  webhookFixture,
} from '../../support/webhook-fixture.ts'

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

describe('B32 a payload of which a part is not understood', () => {
  const sha512 = `sha512:${'a'.repeat(128)}`
  const pushed = (target: object) => ({ action: 'push', target: { mediaType, repository: 'team/app', ...target } })
  const receive = async (events: unknown[]) => {
    const { deps, published, logged } = webhookFixture()
    const answer = await receiveWebhook(fromDistribution(JSON.stringify({ events })), deps)
    return { ...answer, published, logged }
  }

  it.each([
    ['a digest of another algorithm', pushed({ digest: sha512 }), 'events[1].target.digest'],
    ['no repository', { action: 'push', target: { tag: 'v2' } }, 'events[1].target.repository'],
    ['no target', { action: 'delete' }, 'events[1].target'],
    ['a tag that is a number', pushed({ tag: 5 }), 'events[1].target.tag'],
    ['a path that reaches outside', pushed({ repository: '../x' }), 'events[1].target.repository'],
    ['text in the place of an event', 'push', 'events[1]'],
    ['nothing in the place of an event', null, 'events[1]'],
  ])('still counts for what is good beside %s', async (_, odd, field) => {
    const { statusCode, message, published, logged } = await receive([
      pushed({ tag: 'v1' }),
      odd,
      pushed({ tag: 'v3' }),
    ])

    expect(statusCode).toBe(202)
    expect(published).toMatchObject([{ tag: 'v1' }, { tag: 'v3' }])
    expect(message).toContain(`2 hints; 1 of 3 not understood, the first: ${field}: expected`)
    expect(logged).toMatchObject([{ level: 'warn', notUnderstood: 1, first: expect.stringContaining(field) }])
  })

  it('is a hint for the tag where only the digest is of another algorithm', async () => {
    const { published, message } = await receive([
      pushed({ tag: 'v1', digest: sha512 }),
      { action: 'delete', target: { repository: 'team/app', tag: 'v2', digest: sha512 } },
    ])

    expect(published).toMatchObject([
      { type: 'ImagePushed', tag: 'v1' },
      { type: 'ImageDeleted', tag: 'v2', told: [{ tags: ['v2'] }] },
    ])
    for (const hint of published) expect(hint).not.toHaveProperty('digest')
    expect(message).toBe('2 hints')
  })

  it('is refused where nothing of it is understood', async () => {
    const { statusCode, message, published } = await receive([pushed({ digest: sha512 }), 5])

    expect([statusCode, published]).toEqual([400, []])
    expect(message).toContain('distribution payload: events[0].target.digest: expected sha256:')
  })

  it('does not look at what was only pulled', async () => {
    const { statusCode, message } = await receive([{ action: 'pull', target: { digest: sha512 } }])

    expect([statusCode, message]).toEqual([202, 'nothing here concerns images'])
  })

  it('counts for the good resources of a Harbor', async () => {
    const { deps, published } = webhookFixture()
    const resources = [{ tag: 'v1' }, { tag: '../v2' }, { tag: 'v3', digest: sha512 }]
    const event_data = { resources, repository: { repo_full_name: 'team/app' } }

    const answer = await receiveWebhook(fromHarbor({ type: 'PUSH_ARTIFACT', event_data }), deps)

    expect(published).toMatchObject([{ tag: 'v1' }, { tag: 'v3' }])
    expect(answer).toMatchObject({
      statusCode: 202,
      message: expect.stringContaining('1 of 3 not understood, the first: event_data.resources[1].tag: expected'),
    })
  })
})

describe('B32 another format of a known sender', () => {
  it.each([
    ['distribution', fromDistribution('{"type":"PUSH_ARTIFACT"}'), 'distribution payload: events: expected'],
    ['harbor', fromHarbor({ events: [] }), 'harbor payload: type: expected'],
  ])('is refused with what was expected: %s', async (_, request, message) => {
    const { deps } = webhookFixture()

    const answer = await receiveWebhook(request, deps)

    expect(answer).toEqual({ statusCode: 400, message: expect.stringContaining(message) })
  })

  it.each(['TEST_ENDPOINT', 'testEndpoint'])('is none where a Harbor tries the address: %s', async type => {
    const { deps } = webhookFixture()

    expect(await receiveWebhook(fromHarbor({ type, event_data: {} }), deps)).toEqual({
      statusCode: 202,
      message: 'this webhook works',
    })
  })

  it.each([
    [[{ action: 'ping' }], 'this webhook works'],
    [[], 'nothing here concerns images'],
  ])('is none where a registry tries the address: %j', async (events, message) => {
    const { deps } = webhookFixture()

    expect(await receiveWebhook(fromDistribution(JSON.stringify({ events })), deps)).toEqual({
      statusCode: 202,
      message,
    })
  })
})

it.each([distributionPath, harborPath])('B32 a slash at the end of %s is as good as none', async path => {
  const { deps } = webhookFixture()

  const answers = await Promise.all(
    [`${path}/`, `${path}//`].map(one => receiveWebhook(postOf(one, 'wrong', '{}'), deps)),
  )

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 404])
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
