import { describe, expect, it, vi } from 'vitest'
import type { NotificationEndpoint } from '../../../../cli/embedded/registry/notification-endpoint.ts'
import { pushImage } from '../../../../cli/embedded/registry/push-image.ts'
import { type EventListener, listenForEvents } from './event-listener.ts'
import {
  absentDigest,
  digestOf,
  indexType,
  manifestType,
  pushBlob,
  putManifest,
  registryForTest,
} from './registry-fixture.ts'

const repository = 'team/app'
const octetStream = 'application/octet-stream'
const manifestsOnly: NotificationEndpoint['ignore'] = { actions: ['pull'], mediaTypes: [octetStream] }

const withListener = async (ignore?: NotificationEndpoint['ignore']) => {
  const listener = await listenForEvents()
  const endpoint = { url: listener.url, headers: { Authorization: 'Bearer t0ken' }, ...(ignore ? { ignore } : {}) }
  const registry = await registryForTest({ notifications: [endpoint] })
  return { listener, registry, endpoint }
}

const received = (listener: EventListener, count: number) =>
  vi.waitFor(
    () => {
      expect(listener.events.length).toBeGreaterThanOrEqual(count)
      return listener.events
    },
    { timeout: 10_000 },
  )

const summaryOf = (events: EventListener['events']) =>
  events.map(({ action, target }) => [action, target.mediaType, target.tag ?? target.digest])

describe('notifications', () => {
  it('of a push by tag look as distribution sends them', async () => {
    const { listener, registry } = await withListener(manifestsOnly)

    const { digest, size } = await pushImage(registry.url, { repository, tag: 'v1' })

    const [event] = await received(listener, 1)
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      action: 'push',
      target: {
        mediaType: manifestType,
        size,
        digest,
        length: size,
        repository,
        url: `${registry.url}/v2/${repository}/manifests/${digest}`,
        tag: 'v1',
      },
      request: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        addr: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        host: registry.host,
        method: 'PUT',
        useragent: expect.any(String),
      },
      actor: {},
      source: { addr: registry.host, instanceID: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    })
    expect(listener.headers[0]).toMatchObject({
      authorization: 'Bearer t0ken',
      'content-type': 'application/vnd.docker.distribution.events.v1+json',
    })
  })

  it('of a push tell of blobs too, and of children by digest without a tag', async () => {
    const { listener, registry } = await withListener()

    const { children } = await pushImage(registry.url, {
      repository,
      tag: 'v1',
      platforms: ['linux/amd64', 'linux/arm64'],
    })

    const events = await received(listener, 7)
    expect(summaryOf(events)).toEqual([
      ['push', octetStream, expect.any(String)],
      ['push', octetStream, expect.any(String)],
      ['push', manifestType, children[0]?.digest],
      ['push', octetStream, expect.any(String)],
      ['push', octetStream, expect.any(String)],
      ['push', manifestType, children[1]?.digest],
      ['push', indexType, 'v1'],
    ])
  })

  it('of a delete by digest are one with the digest, then one per tag without it', async () => {
    const { listener, registry } = await withListener(manifestsOnly)
    const { digest } = await pushImage(registry.url, { repository, tag: 'v1', seed: 'one' })
    await pushImage(registry.url, { repository, tag: 'latest', seed: 'one' })

    await fetch(`${registry.url}/v2/${repository}/manifests/${digest}`, { method: 'DELETE' })

    const deletes = (await received(listener, 5)).slice(2)
    expect(deletes.map(({ target }) => target)).toEqual([
      { digest, repository },
      { repository, tag: 'latest' },
      { repository, tag: 'v1' },
    ])
    expect(new Set(deletes.map(({ action, request }) => `${action} ${request.id}`)).size).toBe(1)
  })

  it('of a delete by tag carry the tag alone', async () => {
    const { listener, registry } = await withListener(manifestsOnly)
    await pushImage(registry.url, { repository, tag: 'v1' })

    await fetch(`${registry.url}/v2/${repository}/manifests/v1`, { method: 'DELETE' })

    const [, deleted] = await received(listener, 2)
    expect(deleted).toMatchObject({ action: 'delete', target: { repository, tag: 'v1' } })
    expect(deleted?.target).toEqual({ repository, tag: 'v1' })
  })

  it('of a mount name the repository it came from', async () => {
    const { listener, registry } = await withListener()
    const digest = await pushBlob(registry, repository, 'hello')

    await fetch(`${registry.url}/v2/team/other/blobs/uploads/?mount=${digest}&from=${repository}`, { method: 'POST' })

    const [, mounted] = await received(listener, 2)
    expect(mounted).toMatchObject({
      action: 'mount',
      target: { mediaType: octetStream, size: 5, digest, repository: 'team/other', fromRepository: repository },
    })
  })

  it('of pulls are sent only when asked for', async () => {
    const { listener, registry, endpoint } = await withListener()
    const digest = await pushBlob(registry, repository, '{}')
    await putManifest(registry, repository, 'v1', {}, 'application/vnd.example+json')
    await fetch(`${registry.url}/v2/${repository}/manifests/v1`)
    await fetch(`${registry.url}/v2/${repository}/blobs/${digest}`)
    await received(listener, 2)

    registry.setNotifications([{ ...endpoint, ignore: { actions: [] } }])
    await fetch(`${registry.url}/v2/${repository}/manifests/v1`, { method: 'HEAD' })
    await fetch(`${registry.url}/v2/${repository}/blobs/${digest}`)

    expect(summaryOf(await received(listener, 4)).slice(2)).toEqual([
      ['pull', 'application/vnd.example+json', 'v1'],
      ['pull', octetStream, digestOf('{}')],
    ])
  })

  it('are not sent for what was refused', async () => {
    const { listener, registry } = await withListener({ actions: [] })
    await putManifest(registry, repository, absentDigest, {})
    await fetch(`${registry.url}/v2/${repository}/manifests/v1`)
    await fetch(`${registry.url}/v2/${repository}/manifests/v1`, { method: 'DELETE' })

    await pushBlob(registry, repository, 'hello')

    expect(summaryOf(await received(listener, 1))).toEqual([['push', octetStream, digestOf('hello')]])
  })

  it('are sent again, in order, to an endpoint that refuses or is down', async () => {
    const { listener, registry } = await withListener(manifestsOnly)
    listener.refusals.push(500, 401)
    await pushImage(registry.url, { repository, tag: 'v1' })
    await received(listener, 1)

    await listener.close()
    for (const tag of ['v2', 'v3', 'v4']) await pushImage(registry.url, { repository, tag })
    const back = await listenForEvents(listener.port)

    expect(listener.headers).toHaveLength(3)
    expect((await received(back, 3)).map(({ target }) => target.tag)).toEqual(['v2', 'v3', 'v4'])
  })

  it('do not make the client wait for a listener that never answers', async () => {
    const registry = await registryForTest()
    const silent = await registryForTest({ intercept: () => new Promise(() => {}) })
    registry.setNotifications([{ url: silent.url }])

    const { digest } = await pushImage(registry.url, { repository, tag: 'v1' })

    expect((await fetch(`${registry.url}/v2/${repository}/manifests/${digest}`)).status).toBe(200)
  })
})
