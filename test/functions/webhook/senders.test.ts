import { describe, expect, it } from 'vitest'
import { receiveWebhook } from '../../../functions/webhook/receive-webhook.ts'
import { fromSender, type SecretSender, senderFixture, senderRegistry, sentBy } from '../../support/sender-fixture.ts'

const registry = senderRegistry
const busybox = 'sha256:954b378c375d852eb3c63ab88978f640b4348b01c1b3456a024a81536dafbbf4'
const hello = 'sha256:3da1996a8115d7616457760d9920b815241d0a03b34cf5f04e9a0e9d8de37498'
const ubuntu = 'sha256:35c4a2c15539c6c1e4e5fa4e554dac323ad0107d8eb5c582d6ff386b383b7dce'
const pushed = (repository: string, where: object = {}) => ({ type: 'ImagePushed', registry, repository, ...where })
const deleted = (repository: string, where: object, told: object) => ({
  type: 'ImageDeleted',
  registry,
  repository,
  ...where,
  told: [told],
})
const event = (name: string) => ({ 'x-github-event': name })

async function receive(sender: SecretSender, body: unknown, headers: Record<string, string> = {}, rest: object = {}) {
  const { deps, published, logged } = senderFixture(undefined, rest)(sender)
  return { ...(await receiveWebhook(fromSender(sender, body, { headers }), deps)), published, logged }
}

describe('what a sender tells of images', () => {
  it.each<[SecretSender, string, Record<string, string>, object[]]>([
    ['dockerhub', 'push', {}, [pushed('svendowideit/testhook', { tag: 'latest' })]],
    [
      'quay',
      'push',
      {},
      [pushed('mynamespace/repository', { tag: 'latest' }), pushed('mynamespace/repository', { tag: 'v1.2' })],
    ],
    [
      'quay',
      'long-ago',
      {},
      [pushed('mynamespace/repository', { tag: 'latest' }), pushed('mynamespace/repository', { tag: 'v1.2' })],
    ],
    [
      'aliyun',
      'push',
      {},
      [
        pushed('namespace/repotest', {
          tag: 'latest',
          digest: 'sha256:457f4aa83fc9a6663ab9d1b0a6e2dce25a12a943ed5bf2c1747c58d48bbb4917',
        }),
      ],
    ],
    [
      'acr',
      'push',
      {},
      [
        pushed('hello-world', {
          tag: 'v1',
          digest: 'sha256:80f0d5c8786bb9e621a45ece0db56d11cdc624ad20da9fe62e9d25490f331d7d',
        }),
      ],
    ],
    [
      'acr',
      'delete',
      {},
      [
        deleted(
          'hello-world',
          {},
          { by: {}, digests: ['sha256:80f0d5c8786bb9e621a45ece0db56d11cdc624ad20da9fe62e9d25490f331d7d'], tags: [] },
        ),
      ],
    ],
    ['ghcr', 'package', event('package'), [pushed('codertocat/hello-world', { tag: 'v1', digest: hello })]],
    ['ghcr', 'registry_package', event('registry_package'), [pushed('codertocat/hello-world', { digest: hello })]],
    ['harbor', 'default-push', {}, [pushed('library/busybox', { tag: 'v1', digest: busybox })]],
    [
      'harbor',
      'cloud-push',
      { 'content-type': 'application/cloudevents+json' },
      [
        pushed('library/busybox', {
          digest: 'sha256:dde8e930c7b6a490f728e66292bc9bce42efc9bbb5278bae40e4f30f6e00fe8c',
        }),
      ],
    ],
    [
      'harbor',
      'cloud-delete',
      { 'content-type': 'application/cloudevents+json' },
      [deleted('library/busybox', {}, { by: { name: 'admin' }, digests: [busybox], tags: ['v1'] })],
    ],
    ['jfrog', 'push', {}, [pushed('docker-local/library/ubuntu', { tag: 'latest', digest: ubuntu })]],
    [
      'jfrog',
      'delete',
      {},
      [
        deleted(
          'docker-local/library/ubuntu',
          { tag: 'latest', digest: ubuntu },
          { by: { name: 'jfrog/user@example.com' }, digests: [ubuntu], tags: ['latest'] },
        ),
      ],
    ],
    ['nexus', 'created', {}, [pushed('team/app', { tag: 'v1' })]],
    ['nexus', 'deleted', {}, [deleted('team/app', { tag: 'v1' }, { by: { name: 'ci/10.0.0.1' }, tags: ['v1'] })]],
    ['gitea', 'created', {}, [pushed('team/app', { tag: 'v1' })]],
    ['gitea', 'created-digest', {}, [pushed('team/app', { digest: busybox })]],
    ['gitea', 'deleted', {}, [deleted('team/app', { tag: 'v1' }, { by: { name: 'alice' }, tags: ['v1'] })]],
    [
      'generic',
      'push',
      {},
      [pushed('team/app', { tag: 'v1', digest: busybox }), pushed('team/app', { tag: 'latest', digest: busybox })],
    ],
    ['generic', 'push-one', {}, [pushed('team/app', { tag: 'v1' })]],
    ['generic', 'delete', {}, [deleted('team/app', { tag: 'v1' }, { by: {}, tags: ['v1'] })]],
  ])('is a hint: %s %s', async (sender, name, headers, expected) => {
    const { statusCode, published } = await receive(sender, sentBy(sender, name), headers)

    expect(statusCode).toBe(202)
    expect(published).toEqual(expected)
  })

  it.each<[SecretSender, string, Record<string, string>]>([
    ['quay', 'build', {}],
    ['ghcr', 'npm', event('package')],
    ['ghcr', 'ping', event('star')],
    ['harbor', 'cloud-scan', {}],
    ['jfrog', 'deployed', {}],
    ['nexus', 'npm', {}],
    ['nexus', 'purged', {}],
    ['gitea', 'npm', {}],
    ['gitea', 'push', { 'x-gitea-event': 'issues' }],
  ])('is taken and no hint where it is of something else: %s %s', async (sender, name, headers) => {
    const { statusCode, message, published } = await receive(sender, sentBy(sender, name), headers)

    expect([statusCode, message, published]).toEqual([202, 'nothing here concerns images', []])
  })

  it.each<[SecretSender, unknown]>([
    ['acr', { action: 'something-new', target: {} }],
    ['harbor', { type: 'SOMETHING_NEW', event_data: {} }],
    ['jfrog', { domain: 'release_bundle', event_type: 'created' }],
    ['zot', { specversion: '1.0', type: 'zotregistry.image.scanned', data: {} }],
    ['generic', { time: '2026-11-28T00:00:00Z', action: 'scan', repository: 'team/app' }],
    ['nexus', { action: 'SOMETHING_NEW', component: { format: 'docker' } }],
    ['gitea', { action: 'renamed', package: { type: 'container', name: 'app', owner: { login: 'Team' } } }],
  ])('is taken where its type is not known: %s', async (sender, body) => {
    const { statusCode, published } = await receive(sender, body)

    expect([statusCode, published]).toEqual([202, []])
  })

  it.each<[SecretSender, string, Record<string, string>]>([
    ['acr', 'ping', {}],
    ['ghcr', 'ping', event('ping')],
    ['jfrog', 'test', {}],
    ['gitea', 'push', { 'x-gitea-event': 'push' }],
    ['generic', 'ping', {}],
  ])('is told that its webhook works where it tries the address: %s', async (sender, name, headers) => {
    const { statusCode, message, published } = await receive(sender, sentBy(sender, name), headers)

    expect([statusCode, message, published]).toEqual([202, 'this webhook works', []])
  })

  it.each<[SecretSender, Record<string, string>]>([
    ['distribution', {}],
    ['harbor', {}],
    ['dockerhub', {}],
    ['ghcr', event('package')],
    ['acr', {}],
    ['zot', {}],
    ['jfrog', {}],
    ['nexus', {}],
    ['gitea', {}],
    ['aliyun', {}],
    ['generic', {}],
  ])('is refused with what was expected where it is of another format: %s', async (sender, headers) => {
    const { statusCode, message, published } = await receive(sender, { hello: 'world' }, headers)

    expect([statusCode, published]).toEqual([400, []])
    expect(message).toMatch(new RegExp(`^${sender} payload: .*expected`))
  })
})

describe('a sender that was told to send forms', () => {
  it.each<[SecretSender, Record<string, string>]>([
    ['ghcr', event('package')],
    ['gitea', {}],
  ])('is told which content type to choose: %s', async (sender, headers) => {
    const form = new URLSearchParams({ payload: JSON.stringify({ action: 'published' }) }).toString()
    const type = { 'content-type': 'application/x-www-form-urlencoded' }

    const { statusCode, message } = await receive(sender, form, { ...headers, ...type })

    expect([statusCode, message]).toEqual([
      400,
      'expected a JSON payload in UTF-8, got a form: choose application/json as the content type of the webhook',
    ])
  })
})

describe('zot', () => {
  const binary = (type: string) => ({
    'ce-id': '1',
    'ce-specversion': '1.0',
    'ce-source': 'zotregistry.dev',
    'ce-type': type,
  })
  const cases: [string, object[]][] = [
    ['updated', [pushed('team/app', { tag: 'v1', digest: busybox })]],
    ['updated-by-digest', [pushed('team/app', { digest: busybox })]],
    ['own-prefix', [pushed('team/app', { tag: 'v2', digest: busybox })]],
    ['created', []],
    ['deleted', [deleted('team/app', { tag: 'v1', digest: busybox }, { by: {}, digests: [busybox], tags: ['v1'] })]],
  ]

  it.each(cases)('tells in the binary mode: %s', async (name, expected) => {
    const { type, data } = sentBy('zot', name)

    const { statusCode, published } = await receive('zot', data, binary(String(type)))

    expect([statusCode, published]).toEqual([202, expected])
  })

  it.each(cases)('tells in the structured mode: %s', async (name, expected) => {
    const { type, data } = sentBy('zot', name)
    const whole = { specversion: '1.0', id: '1', source: 'zotregistry.dev', type, data }

    const { statusCode, published } = await receive('zot', whole, { 'content-type': 'application/cloudevents+json' })

    expect([statusCode, published]).toEqual([202, expected])
  })

  it('may send a manifest of four megabytes, and no more than five', async () => {
    const { data } = sentBy('zot', 'updated')
    const sized = (bytes: number) => ({ ...(data as object), manifest: 'x'.repeat(bytes) })
    const headers = binary('zotregistry.image.updated')

    const large = await receive('zot', sized(4 * 1024 * 1024), headers)
    const tooLarge = await receive('zot', sized(5 * 1024 * 1024), headers)

    expect([large.statusCode, large.published.length]).toEqual([202, 1])
    expect([tooLarge.statusCode, tooLarge.published.length]).toEqual([413, 0])
  })
})

describe('Quay, which sends nothing any more after three refusals', () => {
  it.each([
    ['a format of somebody else', { hello: 'world' }],
    ['tags that are none', { repository: 'team/app', updated_tags: 7 }],
    ['no JSON', 'not json'],
    ['a repository that reaches outside', { repository: '../x', docker_url: 'quay.io/../x', updated_tags: ['v1'] }],
  ])('is told that it was taken, and the log says why it was lost: %s', async (_, body) => {
    const { statusCode, message, published, logged } = await receive('quay', body)

    expect([statusCode, published]).toEqual([202, []])
    expect(message).toMatch(/^taken, and not understood: .*expected/)
    expect(logged).toMatchObject([{ level: 'warn', provider: 'quay', registries: [registry] }])
  })

  it('is heard with a body of its own that has repository and tags alone', async () => {
    const { published } = await receive('quay', { repository: 'team/app', updated_tags: ['v1'] })

    expect(published).toEqual([pushed('team/app', { tag: 'v1' })])
  })

  it('still counts for the good tags beside an odd one', async () => {
    const body = { ...sentBy('quay', 'push'), updated_tags: ['v1', '../v2', 7] }

    const { statusCode, message, published } = await receive('quay', body)

    expect([statusCode, published]).toEqual([202, [pushed('mynamespace/repository', { tag: 'v1' })]])
    expect(message).toContain('2 of 3 not understood, the first: updated_tags[1]: expected a tag')
  })
})

describe('stores that have a path of their own', () => {
  it.each<[SecretSender, string, Record<string, string>, string]>([
    ['jfrog', 'push', { 'docker-local': 'docker' }, 'docker/library/ubuntu'],
    ['jfrog', 'push', { 'docker-local': '' }, 'library/ubuntu'],
    ['jfrog', 'push', { other: 'docker' }, 'docker-local/library/ubuntu'],
    ['nexus', 'created', { 'docker-hosted': 'docker-hosted' }, 'docker-hosted/team/app'],
    ['nexus', 'created', { other: 'x' }, 'team/app'],
  ])('are looked at where the settings say: %s %s %j', async (sender, name, paths, repository) => {
    const { published } = await receive(sender, sentBy(sender, name), {}, { paths })

    expect(published).toMatchObject([{ repository }])
  })

  it('read no path from what all objects have', async () => {
    const push = sentBy('jfrog', 'push')
    const body = { ...push, data: { ...(push.data as object), repo_key: 'constructor' } }

    const { published } = await receive('jfrog', body, {}, { paths: { other: 'x' } })

    expect(published).toMatchObject([{ repository: 'constructor/library/ubuntu' }])
  })
})

describe('a CI job', () => {
  it.each([
    ['2026-11-27T23:55:00Z', 202],
    ['2026-11-27T23:54:59Z', 400],
    ['2026-11-28T00:05:00Z', 202],
    ['2026-11-28T00:05:01Z', 400],
    ['2026-11-28', 400],
    [undefined, 400],
  ])('is heard within five minutes of the time that it signs: %s is %i', async (time, expected) => {
    const { statusCode, message } = await receive('generic', { time, repository: 'team/app', tag: 'v1' })

    expect(statusCode).toBe(expected)
    if (expected === 400) expect(message).toMatch(/^generic payload: time: expected/)
  })

  it('asks for the whole repository where it names no tag', async () => {
    const { published } = await receive('generic', { time: '2026-11-28T00:00:00Z', repository: 'team/app' })

    expect(published).toEqual([pushed('team/app')])
  })
})
