import { expect, it } from 'vitest'
import { receiveWebhook } from '../../../functions/webhook/receive-webhook.ts'
import { fromDistribution, webhookFixture } from '../../support/webhook-fixture.ts'

it('takes the deletion of a tag as distribution 3 tells of it, with an empty digest', async () => {
  const { deps, published } = webhookFixture()
  const target = { mediaType: '', digest: '', size: 0, repository: 'team/app', tag: 'v1' }

  const { statusCode } = await receiveWebhook(
    fromDistribution(JSON.stringify({ events: [{ action: 'delete', target }] })),
    deps,
  )

  expect(statusCode).toBe(202)
  expect(published).toEqual([
    {
      type: 'ImageDeleted',
      registry: 'registry.example.com',
      repository: 'team/app',
      tag: 'v1',
      told: [{ by: {}, tags: ['v1'] }],
    },
  ])
})
