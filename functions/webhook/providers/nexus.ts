import * as z from 'zod'
import { parsedImages } from '../image-hints.ts'
import { signatureProof } from '../secret-proof.ts'
import { irrelevant, parseWhole, type WebhookProvider } from './provider.ts'
import { pathBelow } from './store-path.ts'

const anyEvent = z.object({ action: z.string(), component: z.unknown().optional() })
const event = z.object({
  action: z.string(),
  repositoryName: z.string(),
  initiator: z.unknown().optional(),
  component: z.object({ format: z.string(), name: z.string(), version: z.unknown().optional() }),
})

/**
 * Sonatype Nexus, of its components: a tag of an image is one. What was purged comes without names, and is seen by the next
 * full sync.
 * @see https://help.sonatype.com/en/webhooks.html
 */
export const nexus: WebhookProvider = {
  proof: signatureProof({ headers: ['x-nexus-webhook-signature'], algorithm: 'sha1' }),
  parsePayload(payload, { pathOf }) {
    const { action, component: named } = parseWhole('nexus', anyEvent, payload)
    if (named === undefined || !['CREATED', 'UPDATED', 'DELETED'].includes(action)) return irrelevant
    const { component, repositoryName, initiator } = parseWhole('nexus', event, payload)
    if (component.format !== 'docker') return irrelevant
    // As a rule a connector of its own leads to each repository, whose name is then in no path.
    const path = pathBelow(pathOf(repositoryName) ?? '', component.name)
    return parsedImages(action === 'DELETED' ? 'ImageDeleted' : 'ImagePushed', [
      { repository: ['component.name', path], tag: ['component.version', component.version], by: initiator },
    ])
  },
}
