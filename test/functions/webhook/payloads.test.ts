import { describe, expect, it } from 'vitest'
import { receiveWebhook, type WebhookRequest } from '../../../functions/webhook/receive-webhook.ts'
import { captured, fromDistribution, fromHarbor, webhookFixture } from '../../support/webhook-fixture.ts'

const digest = `sha256:${'a'.repeat(64)}`

async function receive(request: WebhookRequest) {
  const { deps, published } = webhookFixture()
  const { statusCode } = await receiveWebhook(request, deps)
  return { statusCode, published }
}

describe('distribution', () => {
  const registry = 'registry.example.com'

  it.each([
    [
      'push-image-tagged',
      [{ type: 'ImagePushed', tag: 'sha256-a08bbc5b522b7a50dd37065fa62a1ad00e1dcacd8a46f685574dc162e02e3af8.sig' }],
    ],
    ['push-index-tagged', [{ type: 'ImagePushed', tag: '1.1.0' }]],
    ['push-docker-list-tagged', [{ type: 'ImagePushed' }]],
    ['push-image-untagged', [{ type: 'ImagePushed' }]],
    ['push-blob', []],
    ['pull-image-tagged', []],
    ['mount-blob', []],
    ['delete-tag', [{ type: 'ImageDeleted', repository: 'team/app', tag: '1.0.1' }]],
  ])('B23 reads a captured %s', async (name, expected) => {
    const { statusCode, published } = await receive(fromDistribution(captured(name)))

    expect(statusCode).toBe(202)
    expect(published).toMatchObject(expected.map(hint => ({ registry, ...hint })))
    expect(published).toHaveLength(expected.length)
  })

  it('asks for the whole repository when a delete names only a digest', async () => {
    const { published } = await receive(fromDistribution(captured('delete-digest')))

    const digests = ['sha256:4b770a44d255615fb14dd66abca9d61278c7e22bc00e27c6d251583824038d02']
    const by = { address: '127.0.0.1:42128', agent: 'node' }
    const told = [{ by, digests, tags: [] }]
    expect(published).toEqual([{ type: 'ImageDeleted', registry, repository: 'team/app', told }])
  })

  it('names no tag for a push by digest', async () => {
    const { published } = await receive(fromDistribution(captured('push-image-untagged')))

    expect(published[0]).not.toHaveProperty('tag')
    expect(published[0]?.digest).toMatch(/^sha256:/)
  })
})

describe('harbor', () => {
  const registry = 'harbor.example.com'
  const payload = (type: string, resources: object[]) => ({
    type,
    occur_at: 1,
    operator: 'admin',
    event_data: { resources, repository: { name: 'app', namespace: 'team', repo_full_name: 'team/app' } },
  })

  it.each(['PUSH_ARTIFACT', 'pushImage'])('B23 reads %s', async type => {
    const { published } = await receive(
      fromHarbor(payload(type, [{ digest, tag: 'v1', resource_url: 'harbor.example.com/team/app:v1' }])),
    )

    expect(published).toEqual([{ type: 'ImagePushed', registry, repository: 'team/app', tag: 'v1', digest }])
  })

  it('B10 does not take the digest that stands in the place of a tag for a tag', async () => {
    const { published } = await receive(fromHarbor(payload('PUSH_ARTIFACT', [{ digest, tag: digest }])))

    expect(published).toEqual([{ type: 'ImagePushed', registry, repository: 'team/app', digest }])
  })

  it.each(['DELETE_ARTIFACT', 'deleteImage'])(
    'asks for the whole repository after %s, which names only one of several tags',
    async type => {
      const { published } = await receive(fromHarbor(payload(type, [{ digest, tag: 'v1' }])))

      const told = [{ by: { name: 'admin' }, digests: [digest], tags: ['v1'] }]
      expect(published).toEqual([{ type: 'ImageDeleted', registry, repository: 'team/app', told }])
    },
  )

  it.each(['PULL_ARTIFACT', 'SCANNING_COMPLETED', 'REPLICATION', 'QUOTA_EXCEED'])('B23 ignores %s', async type => {
    const { statusCode, published } = await receive(fromHarbor({ type, event_data: { anything: 1 } }))

    expect(statusCode).toBe(202)
    expect(published).toEqual([])
  })

  it('B21 makes 1000 resources of one repository one look at the whole of it', async () => {
    const resources = Array.from({ length: 1000 }, (_, at) => ({ digest, tag: `v${at}` }))

    const { published } = await receive(fromHarbor(payload('PUSH_ARTIFACT', resources)))

    expect(published).toEqual([{ type: 'ImageDeleted', registry, repository: 'team/app' }])
  })

  it('F1 makes one resource named 100 times one hint', async () => {
    const resources = Array.from({ length: 100 }, () => ({ digest, tag: 'v1' }))

    const { published } = await receive(fromHarbor(payload('PUSH_ARTIFACT', resources)))

    expect(published).toHaveLength(1)
  })

  it('B21 accepts a payload without resources and does nothing', async () => {
    const { statusCode, published } = await receive(fromHarbor(payload('PUSH_ARTIFACT', [])))

    expect([statusCode, published]).toEqual([202, []])
  })
})
