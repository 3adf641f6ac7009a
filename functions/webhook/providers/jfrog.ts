import * as z from 'zod'
import { parsedImages } from '../image-hints.ts'
import { hmacHex, type SecretProof } from '../secret-proof.ts'
import { irrelevant, onlyTest, parseWhole, type WebhookProvider } from './provider.ts'
import { pathBelow } from './store-path.ts'

const anyEvent = z.object({ domain: z.string(), event_type: z.string(), subscription_key: z.unknown().optional() })
const event = anyEvent.extend({
  data: z.object({
    repo_key: z.string(),
    image_name: z.string(),
    tag: z.unknown().optional(),
    sha256: z.unknown().optional(),
  }),
  source: z.unknown().optional(),
})

/** The secret itself, or, where it is used for signing, the HMAC of the body without a prefix. */
const proof: SecretProof = {
  place: 'in the x-jfrog-event-auth header',
  presented: ({ headers }) => headers['x-jfrog-event-auth'],
  expected: (secret, body) => [secret, hmacHex('sha256', secret, body)],
}

/**
 * JFrog Artifactory, of the domain `docker`: one tag each. Its test sends an image that there is not.
 * @see https://docs.jfrog.com/integrations/docs/webhooks
 */
export const jfrog: WebhookProvider = {
  proof,
  parsePayload(payload, { pathOf }) {
    const { domain, event_type: type, subscription_key: key } = parseWhole('jfrog', anyEvent, payload)
    const isDelete = type === 'deleted'
    const concerns = domain === 'docker' && (isDelete || ['pushed', 'promoted'].includes(type))
    if (!concerns) return key === 'test' ? onlyTest : irrelevant
    const { data, source } = parseWhole('jfrog', event, payload)
    const isHash = typeof data.sha256 === 'string' && /^[0-9a-f]{64}$/.test(data.sha256)
    if (key === 'test' && !isHash) return onlyTest
    const path = pathBelow(pathOf(data.repo_key) ?? data.repo_key, data.image_name)
    return parsedImages(isDelete ? 'ImageDeleted' : 'ImagePushed', [
      {
        repository: ['data.image_name', path],
        tag: ['data.tag', data.tag],
        ...(isHash && { digest: ['data.sha256', `sha256:${data.sha256}`] }),
        by: source,
      },
    ])
  },
}
