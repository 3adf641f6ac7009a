import * as z from 'zod'
import { parsedImages } from '../image-hints.ts'
import { headerProof } from '../secret-proof.ts'
import { irrelevant, onlyTest, parseWhole, type WebhookProvider } from './provider.ts'

const anyEvent = z.object({ action: z.string() })
const event = anyEvent.extend({
  target: z.object({ repository: z.unknown().optional(), tag: z.unknown().optional(), digest: z.unknown().optional() }),
})

/** `quarantine` is of what was pushed and may not be pulled yet; charts are images of another kind. */
const pushes = ['push', 'quarantine', 'chart_push']
const deletes = ['delete', 'chart_delete']

/**
 * Azure Container Registry: one image each, with a header that its configuration gives. It tells of manifests that are
 * deleted, and never of a tag that is.
 * @see https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference
 */
export const acr: WebhookProvider = {
  proof: headerProof('authorization', secret => [`Bearer ${secret}`]),
  parsePayload(payload) {
    const { action } = parseWhole('acr', anyEvent, payload)
    if (action === 'ping') return onlyTest
    const isPush = pushes.includes(action)
    if (!isPush && !deletes.includes(action)) return irrelevant
    const { target } = parseWhole('acr', event, payload)
    return parsedImages(isPush ? 'ImagePushed' : 'ImageDeleted', [
      {
        repository: ['target.repository', target.repository],
        tag: ['target.tag', target.tag],
        digest: ['target.digest', target.digest],
      },
    ])
  },
}
